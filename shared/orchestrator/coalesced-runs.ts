/**
 * Runs of the same task that are asked for while one is under way share the next: whoever asks gets a run that began
 * after he asked, and a hundred who ask at once cost two.
 */
export class CoalescedRuns {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  run(key: string, task: () => Promise<void>): Promise<void> {
    const running = this.#running.get(key);
    if (!running) return this.#start(key, task);
    let next = this.#next.get(key);
    if (!next) {
      const begin = () => {
        this.#next.delete(key);
        return this.#start(key, task);
      };
      // How the one before ended is for those who asked for it.
      next = running.then(begin, begin);
      this.#next.set(key, next);
    }
    return next;
  }

  #start(key: string, task: () => Promise<void>): Promise<void> {
    const run = task().finally(() => {
      if (this.#running.get(key) === run) this.#running.delete(key);
    });
    this.#running.set(key, run);
    return run;
  }
}
