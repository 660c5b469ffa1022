import type { Failure } from '../../shared/orchestrator/ports/failure.ts';

/**
 * Stands for decisions that go on before the transaction of the one before them is committed. Once such a transaction is rolled
 * back, all that follows from it is void, and none of it may go on: the lead has ended.
 */
export class Lead {
  #ended: Failure | undefined;
  readonly #listeners: (() => void)[] = [];

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** @throws Failure where it has ended */
  require(): void {
    if (this.#ended) throw this.#ended;
  }

  /** Calls the listener once the lead has ended. */
  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }

  end(reason: Failure): void {
    if (this.#ended) return;
    this.#ended = reason;
    for (const listener of this.#listeners) listener();
  }
}
