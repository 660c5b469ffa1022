import type { Failure } from '../../shared/orchestrator/ports/failure.ts';

/**
 * The token of tasks that run ahead of the disk: each task builds on what the tasks before it wrote, while none of their
 * transactions is durable. A lead ends when one of these transactions is rolled back. Every later task under the ended lead is
 * refused, because it would build on writes that do not exist.
 */
export class Lead {
  #ended: Failure | undefined;
  readonly #listeners: (() => void)[] = [];

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** @throws Failure if the lead has ended */
  require(): void {
    if (this.#ended) throw this.#ended;
  }

  /** Calls the listener when the lead ends. */
  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }

  end(reason: Failure): void {
    if (this.#ended) return;
    this.#ended = reason;
    for (const listener of this.#listeners) listener();
  }
}
