import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Runs of the same task that are asked for in one turn of the event loop, or while one is under way, share the next:
 * whoever asks gets a run that began after he asked, and a hundred who ask at once cost one.
 */
export class CoalescedRuns {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  run(key: string, task: () => Promise<void>): Promise<void> {
    let next = this.#next.get(key);
    if (!next) {
      next = this.#runNext(key, task);
      this.#next.set(key, next);
    }
    return next;
  }

  async #runNext(key: string, task: () => Promise<void>): Promise<void> {
    // How the one before ended is for those who asked for it.
    await (this.#running.get(key)?.catch(() => {}) ?? nextTurn());
    this.#next.delete(key);
    const run = task().finally(() => {
      if (this.#running.get(key) === run) this.#running.delete(key);
    });
    this.#running.set(key, run);
    return run;
  }
}
