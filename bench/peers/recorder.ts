/** Records events of this process with their times of `performance.now()`. */
export class Recorder {
  /** Called when the last child of a parent has its result, before the engine records the result. */
  readonly #lastChildAt = new Map<string, number>();
  /** The times from `lastChild` until the code of the parent ran, in milliseconds. */
  readonly resumes: number[] = [];
  readonly #sums = new Map<string, number>();
  readonly #completedAt = new Map<string, number>();
  #waiting: (() => void)[] = [];

  childDone(parent: string): void {
    this.#lastChildAt.set(parent, performance.now());
  }

  resumed(parent: string): void {
    this.resumes.push(performance.now() - (this.#lastChildAt.get(parent) ?? Number.NaN));
  }

  /** Called when the parent has read all results. */
  summed(parent: string, sum: number): void {
    this.#sums.set(parent, sum);
    this.#wake();
  }

  /** Called when the engine reports that the operation is durably complete. */
  completed(id: string): void {
    this.#completedAt.set(id, performance.now());
    this.#wake();
  }

  async allSummed(parents: readonly string[]): Promise<void> {
    await this.#until(() => parents.every((id) => this.#sums.has(id)));
  }

  /** Resolves with the time at which the last one was complete. */
  async allCompleted(ids: readonly string[]): Promise<number> {
    await this.#until(() => ids.every((id) => this.#completedAt.has(id)));
    return Math.max(...ids.map((id) => this.#completedAt.get(id) ?? Number.NaN));
  }

  sumOf(parent: string): number | undefined {
    return this.#sums.get(parent);
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
