/** Why an operation is not done, or why it ended as it did. */
export interface Explanation {
  readonly sentence: string;
  /** The operations that block it, through any number of nested waits. */
  readonly leaves: readonly Leaf[];
}

export interface Leaf {
  readonly name: string;
  readonly waitsFor: string;
  readonly since?: string;
  /** The next event or timer that can move it forward, and its time. */
  readonly wakes?: string;
  readonly wakeTime?: string;
}
