import { greatestMessageSize } from '../../shared/pubsub/message-limits.ts';
import { Fifo } from './fifo.ts';
import type { BusMessage } from './message.ts';
import { OrderingLane } from './ordering-lane.ts';
import type { Pending } from './pending.ts';
import type { BacklogReader, StoredMessage } from './storage.ts';

type Lane = OrderingLane<Pending>;

/** The limits of one read from the backlog. */
export interface TakeLimits {
  readonly count: number;
  /** The message that reaches the limit is still included. */
  readonly bytes: number;
  /** The largest number of messages with the same ordering key. */
  readonly countOfKey: number;
  /** Messages with a greater id are not taken, because they are not durable yet. */
  readonly lastId: number;
}

/** Selects messages that must not be delivered any more. */
export interface Outdated {
  /** Messages that were published before this time, in milliseconds since the epoch. */
  readonly before: number;
  /** Called with the id of each such message, which the backlog has removed. */
  readonly drop: (id: number) => void;
}

/** Called when messages cannot be read. The backlog reads no further messages until `readAgain` is called. */
export type ReadFailed = (error: unknown, readAgain: () => void) => void;

/**
 * The number of messages that are read at once, when fewer can be delivered from memory. It is small because each message may have
 * megabytes, and because messages that are delivered soon after they were read are soon out of memory.
 */
const PAGE = 100;

/** A message whose retry delay is over. Its data is read again when it is delivered. */
interface Woken {
  readonly id: number;
  readonly publishTime: number;
  readonly attempts: number;
}

/**
 * The messages that a subscription can deliver now, first in, first out.
 *
 * If the storage keeps messages on disk, only a window of the deliverable ones is in memory, and more are read when there
 * is room. Messages that are in flight or wait for their next attempt do not count towards the window, so however many of
 * them there are, newer messages are delivered.
 *
 * Invariant: the window contains the oldest deliverable messages. Every message after `#lastLoaded` is on disk only.
 */
export class Backlog {
  readonly #ordered: boolean;
  readonly #reader: BacklogReader;
  readonly #woken = new Fifo<Woken>();
  readonly #ready = new Fifo<Pending | Lane>();
  readonly #lanes = new Map<string, Lane>();
  /** The number of messages in the window, and the bytes of their data. */
  #loaded = 0;
  #loadedBytes = 0;
  #lastLoaded = 0;
  /** Messages in the window that were rolled back in the storage. */
  readonly #withdrawn = new Set<number>();
  #moreOnDisk: boolean;
  readonly #readFailed: ReadFailed;
  /** Whether a read has failed and `readAgain` has not been called. */
  #readsPaused = false;

  constructor(ordered: boolean, reader: BacklogReader, readFailed: ReadFailed) {
    this.#ordered = ordered;
    this.#reader = reader;
    this.#readFailed = readFailed;
    this.#moreOnDisk = true;
    this.#refill();
  }

  /** Adds a message that was just stored. Messages are added in the order of their ids. */
  add({ message, attempts }: StoredMessage): void {
    // The message is in the window already: a refill has read it from disk before this call.
    if (message.id <= this.#lastLoaded) return;
    if (this.#full()) this.#moreOnDisk = true;
    if (this.#moreOnDisk) return;
    this.#load({ message, attempts });
  }

  /** Withdraws a message that was added, because it was rolled back in the storage. */
  withdraw(id: number): void {
    if (id <= this.#lastLoaded) this.#withdrawn.add(id);
  }

  /** Takes messages up to the limits. They are in flight from then on. */
  take({ count, bytes, countOfKey, lastId }: TakeLimits, outdated: Outdated): Pending[] {
    const taken: Pending[] = [];
    let bytesLeft = bytes;
    const take = (pending: Pending) => {
      taken.push(pending);
      // Without a limit, the size need not be computed.
      if (bytesLeft !== Number.POSITIVE_INFINITY) bytesLeft -= greatestMessageSize(pending.message);
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
        this.#dropReady();
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

  /** Drops outdated messages until the next message is not outdated. */
  dropOutdated({ before, drop }: Outdated): void {
    while ((this.nextPublishTime ?? before) < before) {
      const id = this.#dropNext();
      if (id !== undefined) drop(id);
    }
  }

  /**
   * Records that a message in flight has failed. Returns the messages of its ordering key that are delivered again with it,
   * itself included, or none if it has no ordering key.
   */
  fail(pending: Pending): readonly Pending[] {
    const { lane } = pending;
    if (lane === undefined) return [];
    for (const { message } of lane.waiting) this.#unload(message);
    return lane.fail(pending);
  }

  /** Makes a message that has failed deliverable again. */
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
   * Keeps a message that has failed until its next attempt. Until then its data is only on disk, if the storage keeps messages
   * and the message has no ordering key. The caller calls the returned function when the message can be delivered again.
   */
  rest(pending: Pending): () => void {
    const { lane, attempts, message } = pending;
    if (lane !== undefined || !this.#reader.keeps) return () => this.putBack(pending);
    const { id, publishTime } = message;
    const woken: Woken = { id, publishTime, attempts };
    return () => this.#woken.push(woken);
  }

  /** Records that a message was acknowledged. Returns the messages that are done now. */
  acknowledge(pending: Pending): readonly Pending[] {
    const { lane } = pending;
    const done = lane === undefined ? [pending] : lane.acknowledge(pending);
    if (lane !== undefined) this.#queue(lane);
    return done;
  }

  /**
   * Ends a failed message that was forwarded to the dead-letter topic. If the message has an ordering key, `fail` was
   * called before.
   */
  giveUp({ lane }: Pending): void {
    if (lane === undefined) return;
    lane.dropFirst();
    this.#unblock(lane);
  }

  /** The number of messages in the window, without those in flight. `more`: the disk has further ones. */
  get size(): { readonly count: number; readonly more: boolean } {
    return { count: this.#loaded, more: this.#moreOnDisk };
  }

  /**
   * The publish time of the message that is delivered next, in milliseconds: of one whose retry delay is over, or else of the
   * first ready one.
   */
  get nextPublishTime(): number | undefined {
    const woken = this.#woken.first;
    if (woken !== undefined) return woken.publishTime;
    this.#refill();
    return firstOf(this.#ready.first)?.message.publishTime;
  }

  /** Removes the next message, as if it were done, and returns its id. */
  #dropNext(): number | undefined {
    const woken = this.#woken.shift();
    return woken === undefined ? this.#dropReady() : woken.id;
  }

  #dropReady(): number | undefined {
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

  /** Whether the message may be taken: its id is within the limit, and it is not withdrawn. */
  #isFree({ message: { id } }: Pending, lastId: number): boolean {
    return id <= lastId && !this.#withdrawn.has(id);
  }

  /** Takes and reads the next message whose retry delay is over. Skips messages that were removed meanwhile. */
  #readWoken(): Pending | undefined {
    for (let woken = this.#woken.first; woken !== undefined; woken = this.#woken.first) {
      const { id, attempts } = woken;
      const found = this.#read(id - 1, 1);
      if (found === undefined) return undefined;
      this.#woken.shift();
      const [stored] = found;
      if (stored?.message.id === id) {
        return { message: stored.message, lane: undefined, attempts, delivery: undefined };
      }
    }
    return undefined;
  }

  /** Returns undefined if the read fails or reads are paused. A disk error must not end the process. */
  #read(after: number, limit: number): readonly StoredMessage[] | undefined {
    if (this.#readsPaused) return undefined;
    try {
      return this.#reader.read(after, limit);
    } catch (error) {
      this.#readsPaused = true;
      this.#readFailed(error, () => {
        this.#readsPaused = false;
      });
      return undefined;
    }
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
      // Not counted in the window: it cannot be delivered while an earlier message of its key waits for its next attempt.
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

  #full(): boolean {
    const { messages, bytes } = this.#reader.window;
    return this.#loaded >= messages || this.#loadedBytes >= bytes;
  }

  /** Counts what can be delivered: messages that wait for an earlier one of their key must not keep those of other keys on disk. */
  #refill(): void {
    while (this.#moreOnDisk && this.#ready.length < PAGE && !this.#full()) {
      const rows = this.#read(this.#lastLoaded, PAGE);
      if (rows === undefined) return;
      for (const row of rows) this.#load(row);
      this.#moreOnDisk = rows.length === PAGE;
    }
  }
}

function firstOf(next: Pending | Lane | undefined): Pending | undefined {
  return next instanceof OrderingLane ? next.first : next;
}
