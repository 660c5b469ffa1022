/**
 * How many retries of one method are released a second: a worker that fails every operation at once must not have the
 * orchestrator hammer it.
 */
export class RetryBudget {
  readonly #perSecond: number;
  /** By method: the second that is being filled, and how many retries it has. */
  readonly #filled = new Map<string, { second: number; count: number }>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** When a retry that is due at `now` may begin: `now`, or the first second with a place, which it takes. */
  reserve(method: string, now: number): number {
    const second = Math.floor(now / 1000);
    const filled = this.#filled.get(method);
    if (!filled || filled.second < second) {
      if (this.#filled.size > 1_000) this.#forgetPast(second);
      this.#filled.set(method, { second, count: 1 });
      return now;
    }
    if (filled.count < this.#perSecond) {
      filled.count++;
    } else {
      filled.second++;
      filled.count = 1;
    }
    return filled.second === second ? now : filled.second * 1000;
  }

  #forgetPast(second: number): void {
    for (const [method, filled] of this.#filled) if (filled.second < second) this.#filled.delete(method);
  }
}
