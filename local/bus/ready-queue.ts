import { Fifo } from './fifo.ts';
import { OrderingLane } from './ordering-lane.ts';
import type { Pending } from './pending.ts';

export type Lane = OrderingLane<Pending>;

/**
 * What can be delivered next, first in, first out: messages without an ordering key, and the lanes of ordering keys.
 *
 * Invariant: a lane is in the queue once if it is deliverable, and not otherwise.
 */
export class ReadyQueue {
  readonly #ready = new Fifo<Pending | Lane>();
  /** By ordering key, also those that are not deliverable. */
  readonly #lanes = new Map<string, Lane>();

  get length(): number {
    return this.#ready.length;
  }

  /** The message that is delivered next. */
  get first(): Pending | undefined {
    const next = this.#ready.first;
    return next instanceof OrderingLane ? next.first : next;
  }

  /** Takes the first message without an ordering key, or the first lane. */
  shift(): Pending | Lane | undefined {
    const next = this.#ready.shift();
    if (next instanceof OrderingLane) next.queued = false;
    return next;
  }

  /** Adds a message without an ordering key. */
  add(pending: Pending): void {
    this.#ready.push(pending);
  }

  laneOf(key: string): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new OrderingLane<Pending>(key);
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /** Adds a lane that has changed, if it is deliverable. Forgets it if it is empty. */
  update(lane: Lane): void {
    if (lane.deliverable && !lane.queued) {
      lane.queued = true;
      this.#ready.push(lane);
    }
    if (lane.empty) this.#lanes.delete(lane.key);
  }
}
