/**
 * Times that never repeat and never go back: events of one worker are ordered by them, and two events may well happen in
 * the same millisecond.
 */
export class EventClock {
  readonly #now: () => number;
  #last = 0n;

  /** `now` gives milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** RFC 3339 with nanoseconds. */
  next(): string {
    const now = BigInt(Math.floor(this.#now() * 1000)) * 1000n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    const seconds = this.#last / 1_000_000_000n;
    const nanos = (this.#last % 1_000_000_000n).toString().padStart(9, '0');
    return new Date(Number(seconds) * 1000).toISOString().replace(/\.\d+Z$/, `.${nanos}Z`);
  }
}
