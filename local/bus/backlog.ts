import { Fifo } from './fifo.ts';
import type { BusMessage } from './message.ts';
import { OrderingLane } from './ordering-lane.ts';
import type { Pending } from './pending.ts';
import type { BacklogReader, StoredMessage } from './storage.ts';

/** Messages that are read at once. Few, because each can have megabytes. */
const PAGE = 100;

/**
 * What a subscription can deliver now, first in first out.
 *
 * Only a window of it is in memory where the storage keeps it on disk: messages beyond it are read when there is
 * room. Invariant: what is in memory is the oldest part, and everything after `#lastLoaded` is on disk only. Thus a
 * subscription that nobody pulls from costs a bounded amount of memory.
 */
export class Backlog {
  readonly #ordered: boolean;
  readonly #reader: BacklogReader;
  readonly #ready = new Fifo<Pending | OrderingLane>();
  readonly #lanes = new Map<string, OrderingLane>();
  /** Messages in memory that are not done, in flight or waiting for a retry included, and the bytes of their data. */
  #loaded = 0;
  #loadedBytes = 0;
  #lastLoaded = 0;
  #moreOnDisk: boolean;

  constructor(ordered: boolean, reader: BacklogReader) {
    this.#ordered = ordered;
    this.#reader = reader;
    this.#moreOnDisk = true;
    this.#refill();
  }

  /** A message that was stored just now. They come in the order of their ids. */
  add({ message, attempts }: StoredMessage): void {
    // A refill has met it on disk before its publisher was told that it is there.
    if (message.id <= this.#lastLoaded) return;
    if (this.#full(1)) this.#moreOnDisk = true;
    if (this.#moreOnDisk) return;
    this.#load({ message, attempts });
  }

  /** Up to `count` messages; of one ordering key up to `countOfKey`. They count as in flight. */
  take(count: number, countOfKey: number): Pending[] {
    this.#refill();
    const taken: Pending[] = [];
    while (taken.length < count) {
      const next = this.#ready.shift();
      if (next === undefined) break;
      if (next instanceof OrderingLane) {
        next.queued = false;
        for (const pending of next.take(Math.min(countOfKey, count - taken.length))) taken.push(pending);
      } else {
        taken.push(next);
      }
    }
    return taken;
  }

  /** A message that was in flight, or waiting for its next attempt, can be delivered again. */
  putBack(pending: Pending): void {
    const { lane } = pending;
    if (lane === undefined) {
      this.#ready.push(pending);
    } else {
      lane.blocked = false;
      this.#queue(lane);
    }
  }

  /** A message that was acknowledged; those that are done now. */
  acknowledge(pending: Pending): readonly Pending[] {
    const { lane } = pending;
    const done = lane === undefined ? [pending] : lane.acknowledge(pending);
    for (const { message } of done) this.#unload(message);
    if (lane !== undefined) this.#queue(lane);
    return done;
  }

  /** A failed message that has gone elsewhere is done. Of an ordered one, `fail` was called before. */
  giveUp(pending: Pending): void {
    const { lane } = pending;
    this.#unload(pending.message);
    if (lane === undefined) return;
    lane.dropFirst();
    lane.blocked = false;
    this.#queue(lane);
  }

  /** How many messages are not done, those in flight among them; `more`: there are further ones on disk. */
  get size(): { readonly count: number; readonly more: boolean } {
    return { count: this.#loaded, more: this.#moreOnDisk };
  }

  /** When the message that is next was published: the oldest one, but for those that failed. */
  get nextPublishTime(): number | undefined {
    this.#refill();
    return firstOf(this.#ready.first)?.message.publishTime;
  }

  /** Takes the message that is next out, as if it were done. */
  dropNext(): BusMessage | undefined {
    const next = this.#ready.shift();
    const pending = firstOf(next);
    if (pending === undefined) return undefined;
    this.#unload(pending.message);
    if (next instanceof OrderingLane) {
      next.queued = false;
      next.dropFirst();
      this.#queue(next);
    }
    return pending.message;
  }

  #queue(lane: OrderingLane): void {
    if (lane.deliverable && !lane.queued) {
      lane.queued = true;
      this.#ready.push(lane);
    }
    if (lane.empty) this.#lanes.delete(lane.key);
  }

  #load({ message, attempts }: StoredMessage): void {
    this.#loaded++;
    this.#loadedBytes += message.data.byteLength;
    this.#lastLoaded = message.id;
    const lane = this.#ordered && message.orderingKey !== '' ? this.#laneOf(message.orderingKey) : undefined;
    const pending: Pending = { message, lane, attempts, delivery: undefined };
    if (lane === undefined) {
      this.#ready.push(pending);
    } else {
      lane.add(pending);
      this.#queue(lane);
    }
  }

  #laneOf(key: string): OrderingLane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new OrderingLane(key);
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #unload(message: BusMessage): void {
    this.#loaded--;
    this.#loadedBytes -= message.data.byteLength;
  }

  /** Whether more than this share of the window is in memory. */
  #full(share: number): boolean {
    const { messages, bytes } = this.#reader.window;
    return this.#loaded >= messages * share || this.#loadedBytes >= bytes * share;
  }

  #refill(): void {
    // Half the window at a time: reading one message for each that is done would be a query a message.
    if (!this.#moreOnDisk || this.#full(0.5)) return;
    while (this.#moreOnDisk && !this.#full(1)) {
      const rows = this.#reader.read(this.#lastLoaded, PAGE);
      for (const row of rows) this.#load(row);
      this.#moreOnDisk = rows.length === PAGE;
    }
  }
}

function firstOf(next: Pending | OrderingLane | undefined): Pending | undefined {
  return next instanceof OrderingLane ? next.first : next;
}
