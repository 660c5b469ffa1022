import { messageSize } from '../../shared/pubsub/message-limits.ts';
import { Fifo } from './fifo.ts';
import type { BusMessage } from './message.ts';
import { OrderingLane } from './ordering-lane.ts';
import type { Pending } from './pending.ts';
import type { BacklogReader, StoredMessage } from './storage.ts';

type Lane = OrderingLane<Pending>;

/** How much is taken out of the backlog at once. */
export interface TakeLimits {
  readonly count: number;
  /** The message that reaches the limit is still taken. */
  readonly bytes: number;
  /** Of one ordering key. */
  readonly countOfKey: number;
  /** Messages with a greater id are not safe yet, and are left. */
  readonly lastId: number;
}

/** Selects messages that are no longer delivered. */
export interface Outdated {
  /** Messages that were published before this time, in milliseconds since the epoch. */
  readonly before: number;
  /** Called with the id of each message that is found, which is then done. */
  readonly drop: (id: number) => void;
}

/** The number of messages read at once: few, because each can have megabytes. */
const PAGE = 100;

/** A message that has waited for its next attempt, and is read again when its turn comes. */
interface Woken {
  readonly id: number;
  readonly publishTime: number;
  readonly attempts: number;
}

/**
 * What a subscription can deliver now, first in first out.
 *
 * Where the storage keeps messages on disk, only a window of those that can be delivered is in memory; what is beyond it
 * is read when there is room. A message that is in flight, or that waits for its next attempt, takes no room in the
 * window: however many of them there are, newer messages are delivered.
 *
 * Invariant: what was read is the oldest part, and everything after `#lastLoaded` is on disk only.
 */
export class Backlog {
  readonly #ordered: boolean;
  readonly #reader: BacklogReader;
  readonly #woken = new Fifo<Woken>();
  readonly #ready = new Fifo<Pending | Lane>();
  readonly #lanes = new Map<string, Lane>();
  /** The messages in the window, and the bytes of their data. */
  #loaded = 0;
  #loadedBytes = 0;
  #lastLoaded = 0;
  /** Messages in the window that the storage could not keep. */
  readonly #withdrawn = new Set<number>();
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

  /** A message that was added, but is not in the storage. */
  withdraw(id: number): void {
    if (id <= this.#lastLoaded) this.#withdrawn.add(id);
  }

  /** Messages up to the limits. They are in flight from then on. */
  take({ count, bytes, countOfKey, lastId }: TakeLimits, outdated: Outdated): Pending[] {
    const taken: Pending[] = [];
    let bytesLeft = bytes;
    const take = (pending: Pending) => {
      taken.push(pending);
      // Those who have no limit do not pay for the counting.
      if (bytesLeft !== Number.POSITIVE_INFINITY) bytesLeft -= messageSize(pending.message);
    };
    while (taken.length < count && bytesLeft > 0) {
      this.dropOutdated(outdated);
      if ((this.#woken.first?.id ?? 0) > lastId) break;
      const woken = this.#readWoken();
      if (woken !== undefined) {
        take(woken);
        continue;
      }
      const id = firstOf(this.#ready.first)?.message.id;
      if (id === undefined || id > lastId) break;
      if (this.#withdrawn.delete(id)) {
        this.#dropNext();
        continue;
      }
      const next = this.#ready.shift();
      if (next === undefined) break;
      if (next instanceof OrderingLane) {
        next.queued = false;
        const ofKey = Math.min(count, taken.length + countOfKey);
        while (taken.length < ofKey && bytesLeft > 0 && next.first && this.#isFree(next.first, lastId)) {
          this.#unload(next.first.message);
          take(next.takeFirst());
        }
      } else {
        this.#unload(next.message);
        take(next);
      }
    }
    return taken;
  }

  /** Until the message that is next is none of them. */
  dropOutdated({ before, drop }: Outdated): void {
    while ((this.nextPublishTime ?? before) < before) {
      const id = this.#dropNext();
      if (id !== undefined) drop(id);
    }
  }

  /** A message in flight has failed; those of its ordering key that come again together with it, itself among them. */
  fail(pending: Pending): readonly Pending[] {
    const { lane } = pending;
    if (lane === undefined) return [];
    for (const { message } of lane.waiting) this.#unload(message);
    return lane.fail(pending);
  }

  /** A message that has failed can be delivered again. */
  putBack(pending: Pending): void {
    const { lane } = pending;
    if (lane === undefined) {
      this.#enter(pending.message);
      this.#ready.push(pending);
    } else {
      this.#unblock(lane);
    }
  }

  /**
   * A message that has failed waits for its next attempt. Meanwhile its data is on disk only, where the storage has one.
   * Gives what is to be called when it can be delivered again.
   */
  rest(pending: Pending): () => void {
    const { lane, attempts, message } = pending;
    if (lane !== undefined || !this.#reader.keeps) return () => this.putBack(pending);
    const { id, publishTime } = message;
    const woken: Woken = { id, publishTime, attempts };
    return () => this.#woken.push(woken);
  }

  /** A message that was acknowledged; those that are done now. */
  acknowledge(pending: Pending): readonly Pending[] {
    const { lane } = pending;
    const done = lane === undefined ? [pending] : lane.acknowledge(pending);
    if (lane !== undefined) this.#queue(lane);
    return done;
  }

  /** A failed message that has gone elsewhere is done. Of an ordered one, `fail` was called before. */
  giveUp({ lane }: Pending): void {
    if (lane === undefined) return;
    lane.dropFirst();
    this.#unblock(lane);
  }

  /** How many messages are not done, those in flight among them; `more`: there are further ones on disk. */
  get size(): { readonly count: number; readonly more: boolean } {
    return { count: this.#loaded, more: this.#moreOnDisk };
  }

  /** When the message that is next was published: the oldest one, but for those that failed, in milliseconds. */
  get nextPublishTime(): number | undefined {
    const woken = this.#woken.first;
    if (woken !== undefined) return woken.publishTime;
    this.#refill();
    return firstOf(this.#ready.first)?.message.publishTime;
  }

  /** Takes the message that is next out, as if it were done; its id. */
  #dropNext(): number | undefined {
    const woken = this.#woken.shift();
    if (woken !== undefined) return woken.id;
    const next = this.#ready.shift();
    const pending = firstOf(next);
    if (pending === undefined) return undefined;
    this.#unload(pending.message);
    if (next instanceof OrderingLane) {
      next.queued = false;
      next.dropFirst();
      this.#queue(next);
    }
    return pending.message.id;
  }

  /** Whether the storage has it, and it is safe there. */
  #isFree({ message: { id } }: Pending, lastId: number): boolean {
    return id <= lastId && !this.#withdrawn.has(id);
  }

  /** The next message that has waited long enough. One that was removed meanwhile is passed over. */
  #readWoken(): Pending | undefined {
    for (let woken = this.#woken.shift(); woken !== undefined; woken = this.#woken.shift()) {
      const { id, attempts } = woken;
      const [stored] = this.#reader.read(id - 1, 1);
      if (stored?.message.id === id) {
        return { message: stored.message, lane: undefined, attempts, delivery: undefined };
      }
    }
    return undefined;
  }

  #queue(lane: Lane): void {
    if (lane.deliverable && !lane.queued) {
      lane.queued = true;
      this.#ready.push(lane);
    }
    if (lane.empty) this.#lanes.delete(lane.key);
  }

  #unblock(lane: Lane): void {
    lane.blocked = false;
    for (const { message } of lane.waiting) this.#enter(message);
    this.#queue(lane);
  }

  #load({ message, attempts }: StoredMessage): void {
    this.#lastLoaded = message.id;
    const lane = this.#ordered && message.orderingKey !== '' ? this.#laneOf(message.orderingKey) : undefined;
    const pending: Pending = { message, lane, attempts, delivery: undefined };
    if (lane === undefined) {
      this.#enter(message);
      this.#ready.push(pending);
    } else {
      // Behind a message that waits for its next attempt, it cannot be delivered either.
      if (!lane.blocked) this.#enter(message);
      lane.add(pending);
      this.#queue(lane);
    }
  }

  #laneOf(key: string): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new OrderingLane<Pending>(key);
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #enter(message: BusMessage): void {
    this.#loaded++;
    this.#loadedBytes += message.data.byteLength;
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

function firstOf(next: Pending | Lane | undefined): Pending | undefined {
  return next instanceof OrderingLane ? next.first : next;
}
