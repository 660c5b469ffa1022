import { Fifo } from './fifo.ts';
import type { PausingReader } from './pausing-reader.ts';
import type { Pending } from './pending.ts';

/** A message whose retry delay is over. */
export interface Woken {
  readonly id: number;
  readonly publishTime: number;
  readonly attempts: number;
}

/** The messages whose retry delay is over, first in, first out. Their data is read again when they are delivered. */
export class WokenMessages {
  readonly #reader: PausingReader;
  readonly #woken = new Fifo<Woken>();

  constructor(reader: PausingReader) {
    this.#reader = reader;
  }

  get first(): Woken | undefined {
    return this.#woken.first;
  }

  add(woken: Woken): void {
    this.#woken.push(woken);
  }

  dropFirst(): Woken | undefined {
    return this.#woken.shift();
  }

  /** Takes and reads the first message. Skips messages that were removed meanwhile. Returns undefined also if the read fails. */
  takeFirst(): Pending | undefined {
    for (let woken = this.#woken.first; woken !== undefined; woken = this.#woken.first) {
      const { id, attempts } = woken;
      const found = this.#reader.read(id - 1, 1);
      if (found === undefined) return undefined;
      this.#woken.shift();
      const [stored] = found;
      if (stored?.message.id === id) {
        return { message: stored.message, lane: undefined, attempts, delivery: undefined };
      }
    }
    return undefined;
  }
}
