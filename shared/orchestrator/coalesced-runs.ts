/**
 * Combines runs of one task. Requests that come at the same moment, or while a run is in progress, share the next run:
 * each caller gets a run that began after its request, and a hundred requests at once cost one run.
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
    // The result of the previous run is for its own requesters.
    await (this.#running.get(key)?.catch(() => {}) ?? nextTick());
    this.#next.delete(key);
    const run = task().finally(() => {
      if (this.#running.get(key) === run) this.#running.delete(key);
    });
    this.#running.set(key, run);
    return run;
  }
}

/** Resolves after the continuations of all promises that are resolved now, and before anything else happens. */
function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
