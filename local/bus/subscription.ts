import { Backlog, type Outdated } from './backlog.ts';
import { FailedMessages } from './failed-messages.ts';
import { InFlight } from './in-flight.ts';
import type { BusMessage } from './message.ts';
import type { Delivery } from './pending.ts';
import { Retention } from './retention.ts';
import type { Subscriber } from './subscriber.ts';
import { Subscribers } from './subscribers.ts';
import type { SubscriptionConfig } from './subscription-config.ts';
import type { SubscriptionSurroundings } from './subscription-surroundings.ts';

const NONE: readonly Delivery[] = [];

/** The pause after a failed read of the storage, in milliseconds. */
const READ_PAUSE_MS = 1_000;

/**
 * Delivers the messages of one subscription until each is acknowledged.
 *
 *   ready ──take──▶ in flight ──acknowledge──▶ removed
 *     ▲                │ fail, or the deadline
 *     │                ├──attempts left──▶ waits for its retry ──▶ ready
 *     └────────────────┘ ──none left──▶ forwarded to the dead-letter topic ──▶ removed
 *
 * Invariant: a message is in exactly one of these places, and only its present delivery can move it.
 */
export class Subscription {
  #config: SubscriptionConfig;
  readonly #surroundings: SubscriptionSurroundings;
  #backlog: Backlog;
  readonly #inFlight: InFlight;
  readonly #subscribers = new Subscribers();
  readonly #retention: Retention;
  readonly #failed: FailedMessages;
  #stopped = false;

  constructor(config: SubscriptionConfig, surroundings: SubscriptionSurroundings) {
    this.#config = config;
    this.#surroundings = surroundings;
    this.#inFlight = new InFlight(surroundings.schedule, (delivery) => this.fail(delivery));
    this.#retention = new Retention(config.messageRetention, surroundings, () => this.#dropExpired());
    this.#failed = new FailedMessages(this, surroundings);
    this.#backlog = this.#stored();
    this.#awaitExpiry();
  }

  get name(): string {
    return this.config.name;
  }

  /** The messages that are not acknowledged. `oldestTime`: the publish time of the oldest message that is not in flight. */
  get unacknowledged(): { readonly count: number; readonly more: boolean; readonly oldestTime?: number } {
    const oldestTime = this.#backlog.nextPublishTime;
    const { count, more } = this.#backlog.size;
    const all = count + this.#inFlight.count + this.#failed.resting;
    return { count: all, more, oldestTime };
  }

  get config(): SubscriptionConfig {
    return this.#config;
  }

  get backlog(): Backlog {
    return this.#backlog;
  }

  /** Changes the configuration. Messages in flight keep their deadline. */
  configure(config: SubscriptionConfig): void {
    this.#config = config;
    this.#retention.seconds = config.messageRetention;
    this.#awaitExpiry();
  }

  /** Adds a message that is in the storage. `pump` delivers it. */
  add(message: BusMessage): void {
    this.#backlog.add({ message, attempts: 0 });
  }

  /** Drops a message that was rolled back in the storage. */
  withdraw({ id }: BusMessage): void {
    this.#backlog.withdraw(id);
  }

  /** Whether a subscriber takes messages before they are durable. */
  get isAhead(): boolean {
    return this.#subscribers.isAhead;
  }

  /** Ends all deliveries and reads the backlog from the storage again, after additions or acknowledgements were rolled back. */
  restore(): void {
    this.#inFlight.endAll();
    this.#backlog = this.#stored();
    this.pump();
  }

  attach(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
    this.pump();
  }

  detach(subscriber: Subscriber): void {
    this.#subscribers.remove(subscriber);
  }

  /** Delivers messages to the subscribers that have room, in turns. */
  pump(): void {
    if (this.#stopped || !this.#subscribers.serve(this.#take)) return;
    this.#awaitExpiry();
  }

  ackId(delivery: Delivery): string {
    return this.#inFlight.ackId(delivery);
  }

  /** Returns the delivery with this ack id, or undefined if it has ended. @throws InvalidInput if it is not an ack id */
  delivery(ackId: string): Delivery | undefined {
    return this.#inFlight.find(ackId);
  }

  /** Removes a message from the storage. */
  readonly remove = (id: number): void => this.#surroundings.storage.remove(this.name, id);

  acknowledge(delivery: Delivery): void {
    if (!this.#inFlight.end(delivery)) return;
    for (const { message } of this.#backlog.acknowledge(delivery.pending)) this.remove(message.id);
  }

  /** Ends a delivery that was refused or not acknowledged in time. */
  fail(delivery: Delivery): void {
    if (!this.#inFlight.end(delivery)) return;
    const { pending } = delivery;
    for (const other of this.#backlog.fail(pending)) {
      if (other === pending) continue;
      if (other.delivery !== undefined) this.#inFlight.end(other.delivery);
      // This message was neither refused nor late. Only attempts in which the message itself failed count for the
      // dead-letter policy.
      other.attempts--;
    }
    this.#failed.add(pending);
  }

  /** Sets the ack deadline to `seconds` from now. */
  extend(delivery: Delivery, seconds: number): void {
    this.#inFlight.extend(delivery, seconds);
  }

  /**
   * Acknowledges all messages that were published before `time`, in milliseconds since the epoch. Acknowledged messages are not
   * delivered again, because the bus does not retain them.
   * https://cloud.google.com/pubsub/docs/replay-overview#seek_to_a_time
   */
  async seek(time: number): Promise<void> {
    const { storage } = this.#surroundings;
    const before = this.#retention.seek(time);
    for (const delivery of this.#inFlight.all) {
      if (delivery.pending.message.publishTime < before) this.acknowledge(delivery);
    }
    this.#backlog.dropOutdated(this.#outdated);
    await storage.removeBefore(this.name, before);
    this.pump();
  }

  /** Stops deliveries. Messages in flight can still be acknowledged. */
  stop(): void {
    this.#stopped = true;
  }

  /** Ends all deliveries, so that messages in flight can no longer be acknowledged. */
  close(): void {
    this.stop();
    this.#retention.cancel();
    this.#inFlight.endAll();
    this.#subscribers.close();
  }

  /** Reads the backlog from the storage. */
  #stored(): Backlog {
    const { schedule, storage, report } = this.#surroundings;
    return new Backlog(this.#config.ordered, storage.backlog(this.name), (error, readAgain) => {
      report({ event: 'readFailed', subscription: this.name, error });
      schedule.after(READ_PAUSE_MS, () => {
        readAgain();
        this.pump();
      });
    });
  }

  readonly #take = (subscriber: Subscriber): readonly Delivery[] => {
    const { capacity: count, byteCapacity: bytes, countOfKey, ackDeadline, isAhead } = subscriber;
    const lastId = isAhead ? Number.POSITIVE_INFINITY : this.#surroundings.storage.durableId;
    const taken = this.#backlog.take({ count, bytes, countOfKey, lastId }, this.#outdated);
    if (taken.length === 0) return NONE;
    const deadline = this.#surroundings.clock.now() + (ackDeadline ?? this.config.ackDeadline) * 1_000;
    return taken.map((pending) => this.#inFlight.begin(pending, deadline));
  };

  get #outdated(): Outdated {
    return { before: this.#retention.outdatedBefore, drop: this.remove };
  }

  #dropExpired(): void {
    this.#backlog.dropOutdated(this.#outdated);
    this.#awaitExpiry();
  }

  #awaitExpiry(): void {
    this.#retention.await(this.#backlog.nextPublishTime);
  }
}
