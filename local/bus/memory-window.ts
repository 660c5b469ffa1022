import type { BusMessage } from './message.ts';
import type { BacklogReader } from './storage.ts';

/**
 * Counts the deliverable messages of a backlog that are in memory, up to a limit that the storage sets.
 *
 * Messages that are in flight, or that wait for a retry, do not count. So however many of them there are, newer messages are delivered.
 */
export class MemoryWindow {
  readonly #limits: BacklogReader['window'];
  #messages = 0;
  #bytes = 0;

  constructor(limits: BacklogReader['window']) {
    this.#limits = limits;
  }

  get messages(): number {
    return this.#messages;
  }

  get isFull(): boolean {
    return this.#messages >= this.#limits.messages || this.#bytes >= this.#limits.bytes;
  }

  enter(message: BusMessage): void {
    this.#messages++;
    this.#bytes += message.data.byteLength;
  }

  leave(message: BusMessage): void {
    this.#messages--;
    this.#bytes -= message.data.byteLength;
  }
}
