/** The retries released and postponed in one second. */
interface Second {
  readonly second: number;
  begun: number;
  putOff: number;
}

/**
 * Limits the retries of one method that are released per second, so that the orchestrator does not overload a worker
 * that fails all of its operations at once.
 */
export class RetryBudget {
  readonly #perSecond: number;
  readonly #byMethod = new Map<string, Second>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Returns `now` if a retry may begin, and otherwise a later time at which to ask again. Postponed retries are spread. */
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

/** Users choose the names of methods, so a map of all of them would grow without bound. */
const MAX_METHODS = 10_000;
