import type { Caller } from '../access/access.ts';
import type { Gate } from './gate.ts';

/**
 * Calls that are held open until an operation changes. Each costs memory, a connection and reads of the store, so their number is
 * limited. Above the limit, a call is answered at once with the current state, as at its timeout. Clients of WaitOperation have
 * to repeat the call in any case.
 */
export class HeldCalls {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Runs the call with its timeout, or with 0 if the limit of all callers or of this caller is reached. */
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
