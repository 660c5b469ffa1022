import { greatestMessageSize } from '../../shared/pubsub/message-limits.ts';
import { MemoryWindow } from './memory-window.ts';
import { OrderingLane } from './ordering-lane.ts';
import { PausingReader, type ReadFailed } from './pausing-reader.ts';
import type { Pending } from './pending.ts';
import { type Lane, ReadyQueue } from './ready-queue.ts';
import type { BacklogReader, StoredMessage } from './storage.ts';
import { WokenMessages } from './woken-messages.ts';

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

/**
 * The number of messages that are read at once, when fewer can be delivered from memory. It is small because each message may have
 * megabytes, and because messages that are delivered soon after they were read are soon out of memory.
 */
const PAGE = 100;

/**
 * The messages that a subscription can deliver now, first in, first out.
 *
 * If the storage keeps messages on disk, only a window of the deliverable ones is in memory, and more are read when there
 * is room. Messages that a retry delay has kept on disk come first once it is over.
 *
 * Invariant: the window contains the oldest deliverable messages. Every message after `#lastLoaded` is on disk only.
 */
export class Backlog {
  readonly #ordered: boolean;
  readonly #reader: PausingReader;
  readonly #window: MemoryWindow;
  readonly #woken: WokenMessages;
  readonly #ready = new ReadyQueue();
  #lastLoaded = 0;
  /** Messages in the window that were rolled back in the storage. */
  readonly #withdrawn = new Set<number>();
  #moreOnDisk = true;

  constructor(ordered: boolean, reader: BacklogReader, readFailed: ReadFailed) {
    this.#ordered = ordered;
    this.#reader = new PausingReader(reader, readFailed);
    this.#window = new MemoryWindow(reader.window);
    this.#woken = new WokenMessages(this.#reader);
    this.#refill();
  }

  /** Adds a message that was just stored. Messages are added in the order of their ids. */
  add({ message, attempts }: StoredMessage): void {
    // The message is in the window already: a refill has read it from disk before this call.
    if (message.id <= this.#lastLoaded) return;
    if (this.#window.isFull) this.#moreOnDisk = true;
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
      const woken = this.#woken.takeFirst();
      if (woken !== undefined) {
        take(woken);
        continue;
      }
      const id = this.#ready.first?.message.id;
      if (id === undefined || id > lastId) break;
      if (this.#withdrawn.delete(id)) {
        this.#dropReady();
        continue;
      }
      const next = this.#ready.shift();
      if (next === undefined) break;
      if (next instanceof OrderingLane) {
        const ofKey = Math.min(count, taken.length + countOfKey);
        while (taken.length < ofKey && bytesLeft > 0 && next.first && this.#isFree(next.first, lastId)) {
          this.#window.leave(next.first.message);
          take(next.takeFirst());
        }
      } else {
        this.#window.leave(next.message);
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
    for (const { message } of lane.waiting) this.#window.leave(message);
    return lane.fail(pending);
  }

  /** Makes a message that has failed deliverable again. */
  putBack(pending: Pending): void {
    const { lane } = pending;
    if (lane === undefined) {
      this.#window.enter(pending.message);
      this.#ready.add(pending);
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
    const woken = { id, publishTime, attempts };
    return () => this.#woken.add(woken);
  }

  /** Records that a message was acknowledged. Returns the messages that are done now. */
  acknowledge(pending: Pending): readonly Pending[] {
    const { lane } = pending;
    const done = lane === undefined ? [pending] : lane.acknowledge(pending);
    if (lane !== undefined) this.#ready.update(lane);
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
    return { count: this.#window.messages, more: this.#moreOnDisk };
  }

  /**
   * The publish time of the message that is delivered next, in milliseconds: of one whose retry delay is over, or else of the
   * first ready one.
   */
  get nextPublishTime(): number | undefined {
    const woken = this.#woken.first;
    if (woken !== undefined) return woken.publishTime;
    this.#refill();
    return this.#ready.first?.message.publishTime;
  }

  /** Removes the next message, as if it were done, and returns its id. */
  #dropNext(): number | undefined {
    const woken = this.#woken.dropFirst();
    return woken === undefined ? this.#dropReady() : woken.id;
  }

  #dropReady(): number | undefined {
    const next = this.#ready.shift();
    const pending = next instanceof OrderingLane ? next.first : next;
    if (pending === undefined) return undefined;
    this.#window.leave(pending.message);
    if (next instanceof OrderingLane) {
      next.dropFirst();
      this.#ready.update(next);
    }
    return pending.message.id;
  }

  /** Whether the message may be taken: its id is within the limit, and it is not withdrawn. */
  #isFree({ message: { id } }: Pending, lastId: number): boolean {
    return id <= lastId && !this.#withdrawn.has(id);
  }

  #unblock(lane: Lane): void {
    lane.blocked = false;
    for (const { message } of lane.waiting) this.#window.enter(message);
    this.#ready.update(lane);
  }

  #load({ message, attempts }: StoredMessage): void {
    this.#lastLoaded = message.id;
    const lane =
      this.#ordered && message.orderingKey !== '' ? this.#ready.laneOf(message.orderingKey) : undefined;
    const pending: Pending = { message, lane, attempts, delivery: undefined };
    if (lane === undefined) {
      this.#window.enter(message);
      this.#ready.add(pending);
    } else {
      // Not counted in the window: it cannot be delivered while an earlier message of its key waits for its next attempt.
      if (!lane.blocked) this.#window.enter(message);
      lane.add(pending);
      this.#ready.update(lane);
    }
  }

  /** Counts what can be delivered: messages that wait for an earlier one of their key must not keep those of other keys on disk. */
  #refill(): void {
    while (this.#moreOnDisk && this.#ready.length < PAGE && !this.#window.isFull) {
      const rows = this.#reader.read(this.#lastLoaded, PAGE);
      if (rows === undefined) return;
      for (const row of rows) this.#load(row);
      this.#moreOnDisk = rows.length === PAGE;
    }
  }
}
