/**
 * The largest correction of the system clock that this clock does not follow, in seconds. The orchestrator refuses events whose time is
 * more than ten minutes in the future, so a clock that never followed a correction by a day would make it refuse events for a day.
 */
const MAX_AHEAD_SECONDS = 300;

/**
 * A clock whose times never repeat, and go back only after a correction of the system clock by more than five minutes. The times order
 * the events of one worker, and two events can happen in the same millisecond.
 */
export class EventClock {
  readonly #now: () => number;
  /** The last time that was returned, with separate seconds: a number cannot hold nanoseconds since the epoch. */
  #seconds = 0;
  #nanos = 0;

  /** `now` returns milliseconds since the epoch. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Returns the next time: RFC 3339 with nanoseconds. */
  next(): string {
    const micros = Math.floor(this.#now() * 1_000);
    const seconds = Math.floor(micros / 1_000_000);
    const nanos = (micros - seconds * 1_000_000) * 1_000;
    const isLater = seconds > this.#seconds || (seconds === this.#seconds && nanos > this.#nanos);
    if (isLater || this.#seconds - seconds > MAX_AHEAD_SECONDS) {
      this.#seconds = seconds;
      this.#nanos = nanos;
    } else if (++this.#nanos === 1_000_000_000) {
      this.#seconds++;
      this.#nanos = 0;
    }
    const date = new Date(this.#seconds * 1_000).toISOString();
    return `${date.slice(0, -'.000Z'.length)}.${String(this.#nanos).padStart(9, '0')}Z`;
  }
}
