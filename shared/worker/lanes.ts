import { Lane } from './lane.ts';
import type { WorkerSpec } from './operation.ts';
import type { WorkerClock } from './worker-clock.ts';

/** The lanes of a process, one for each of its methods. */
export class Lanes implements Iterable<Lane> {
  readonly #byMethod = new Map<string, Lane>();
  // An array, because each signal goes through all lanes, and a loop over an array is cheaper than over a map.
  readonly #all: readonly Lane[];

  /** @throws Error that names the method of two workers */
  constructor(workers: readonly WorkerSpec[], clock: WorkerClock) {
    for (const { definition, concurrency } of workers) {
      if (this.#byMethod.has(definition.method))
        throw new Error(`${definition.method}: has two workers in this process; leave one of them out`);
      this.#byMethod.set(definition.method, new Lane(concurrency, clock));
    }
    this.#all = [...this.#byMethod.values()];
  }

  /** The lane of a method, or undefined if this process has no worker for the method. */
  of(method: string): Lane | undefined {
    return this.#byMethod.get(method);
  }

  /** The number of signals in all lines. */
  get inLine(): number {
    let sum = 0;
    for (const lane of this.#all) sum += lane.length;
    return sum;
  }

  giveBackAll(): void {
    for (const lane of this.#all) lane.giveBackAll();
  }

  [Symbol.iterator](): Iterator<Lane> {
    return this.#all[Symbol.iterator]();
  }
}
