import type { Clock } from '../../executor/clock.ts';
import type { Copy } from './copy-delivery.ts';
import type { BusMessage, PublishedMessage } from './message.ts';
import type { Registry } from './registry.ts';

/**
 * Makes published messages into messages of the bus.
 *
 * Invariants:
 *  1. Ids grow with each message.
 *  2. No message is published before the time of an earlier `seek`: a message that is published in the millisecond of a `seek`, or after
 *     the clock was set back, must not count as acknowledged by that `seek`.
 */
export class MessageIntake {
  readonly #clock: Clock;
  readonly #registry: Registry;
  #lastId: number;
  /** Milliseconds since the epoch. */
  #earliestPublishTime = 0;

  /** @param lastId lower than the ids of all messages */
  constructor(clock: Clock, registry: Registry, lastId: number) {
    this.#clock = clock;
    this.#registry = registry;
    this.#lastId = lastId;
  }

  /** The id of the message that is accepted next. */
  get nextId(): number {
    return this.#lastId + 1;
  }

  /** Gives each message the next id, and finds the subscriptions that get it. @throws Failure `notFound` */
  accept(topic: string, messages: readonly PublishedMessage[]): readonly Copy[] {
    const subscribed = this.#registry.subscribed(topic);
    const publishTime = Math.max(this.#clock.now(), this.#earliestPublishTime);
    const copies: Copy[] = [];
    for (const { data, attributes, orderingKey = '' } of messages) {
      const message: BusMessage = { id: ++this.#lastId, publishTime, data, attributes, orderingKey };
      for (const { subscription, accepts } of subscribed.values()) {
        if (accepts === undefined || accepts(attributes)) copies.push({ subscription, message });
      }
    }
    return copies;
  }

  /**
   * Returns the time up to which a `seek` to `time` acknowledges: messages that are published from now on stay, also if `time` is in the
   * future.
   */
  soughtTime(time: number): number {
    // What was published since a `seek` of the same millisecond has a publish time after it, which is ahead of the clock.
    const sought = Math.min(time, Math.max(this.#clock.now(), this.#earliestPublishTime) + 1);
    this.#earliestPublishTime = Math.max(this.#earliestPublishTime, sought);
    return sought;
  }
}
