/** What was begun and put off in one second. */
interface Second {
  readonly second: number;
  begun: number;
  putOff: number;
}

/**
 * How many retries of one method are released a second: a worker that fails every operation at once must not have the
 * orchestrator hammer it.
 */
export class RetryBudget {
  readonly #perSecond: number;
  readonly #byMethod = new Map<string, Second>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Whether a retry may begin at `now`; else the time at which to ask again: those that are put off are spread. */
  beginTime(method: string, now: number): number {
    const current = this.#second(method, Math.floor(now / 1000));
    if (current.begun < this.#perSecond) {
      current.begun++;
      return now;
    }
    const later = Math.floor(current.putOff++ / this.#perSecond);
    return (current.second + 1 + later) * 1000;
  }

  #second(method: string, second: number): Second {
    const known = this.#byMethod.get(method);
    if (known && known.second >= second) return known;
    if (this.#byMethod.size > MAX_METHODS) this.#byMethod.clear();
    const fresh: Second = { second, begun: 0, putOff: 0 };
    this.#byMethod.set(method, fresh);
    return fresh;
  }
}

/** Methods are named by users: a map of all that were ever named would grow without bound. */
const MAX_METHODS = 10_000;
