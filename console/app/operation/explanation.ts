/** Why an operation is not done, or why it ended as it did. */
export interface Explanation {
  readonly sentence: string;
  /** What blocks it, through any depth of waits. */
  readonly leaves: readonly Leaf[];
}

export interface Leaf {
  readonly name: string;
  readonly waitsFor: string;
  readonly since?: string;
  /** What wakes it next, and when. */
  readonly wakes?: string;
  readonly wakeTime?: string;
}
