const SECOND_MS = 1_000;

/** Measures how many attempts end per second: the larger count of the current second and the one before. */
export class Pace {
  readonly #now: () => number;
  #second = 0;
  #ended = 0;
  #endedBefore = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  ended(): void {
    this.#turn();
    this.#ended++;
  }

  get perSecond(): number {
    this.#turn();
    return Math.max(this.#ended, this.#endedBefore);
  }

  #turn(): void {
    const second = Math.floor(this.#now() / SECOND_MS);
    if (second === this.#second) return;
    this.#endedBefore = second === this.#second + 1 ? this.#ended : 0;
    this.#ended = 0;
    this.#second = second;
  }
}
