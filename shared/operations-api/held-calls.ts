import type { Caller } from '../access/access.ts';
import type { Gate } from './gate.ts';

/**
 * Calls that are held until something happens. Each of them costs memory, a connection, and reads of the store, so their
 * number is limited: beyond it, a call is answered at once with what is known, as at its timeout. Clients of
 * WaitOperation have to ask again in any case.
 */
export class HeldCalls {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Gives the call its timeout, or 0 where as many as may be are held, of all callers or of this one. */
  async hold<T>(
    { limits }: Pick<Gate, 'limits'>,
    caller: Caller,
    timeoutMs: number,
    call: (timeoutMs: number) => Promise<T>,
  ): Promise<T> {
    const release = this.#held < this.#most ? limits.hold(caller) : undefined;
    if (!release) return call(0);
    this.#held++;
    try {
      return await call(timeoutMs);
    } finally {
      this.#held--;
      release();
    }
  }
}
