/**
 * Runs of the same task that are asked for by what was resolved together, or while one is under way, share the next:
 * each caller gets a run that began after its call, and a hundred calls at once cost one run.
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
    await (this.#running.get(key)?.catch(() => {}) ?? nextTick());
    this.#next.delete(key);
    const run = task().finally(() => {
      if (this.#running.get(key) === run) this.#running.delete(key);
    });
    this.#running.set(key, run);
    return run;
  }
}

/** Once all promises that are resolved by now have called whom they had to, and before anything else happens. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
