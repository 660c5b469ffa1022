import { randomUUID } from 'node:crypto';
import type { Clock } from '../../executor/clock.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import { Backlog, type Outdated } from './backlog.ts';
import { retryDelay } from './backoff.ts';
import type { BusMessage } from './message.ts';
import type { Delivery, Pending } from './pending.ts';
import type { BusReport } from './report.ts';
import type { Alarm, Schedule } from './schedule.ts';
import type { BusStorage } from './storage.ts';
import type { Subscriber } from './subscriber.ts';
import type { SubscriptionConfig } from './subscription-config.ts';

/** What all subscriptions of a bus share. */
export interface SubscriptionSurroundings {
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly storage: BusStorage;
  readonly report: BusReport;
  /** Publishes a message to the dead-letter topic of the subscription, after its last attempt. */
  forward(from: SubscriptionConfig, message: BusMessage, attempts: number): Promise<void>;
}

const NONE: readonly Delivery[] = [];

/** The pause after a failed read of the storage, in milliseconds. */
const READ_PAUSE_MS = 1_000;

/** An id of this subscription in this process, because serial numbers start at 1 in each process, and the serial number. */
const ACK_ID = /^[0-9a-f-]{36}:\d+$/;

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
  readonly #inFlight = new Map<number, Delivery>();
  #subscribers: Subscriber[] = [];
  readonly #ackIdPrefix = `${randomUUID()}:`;
  #serial = 0;
  /** The number of failed messages whose next delivery is not due. */
  #resting = 0;
  #pumping = false;
  #stopped = false;
  /** Runs when the oldest message in the backlog is older than the retention. */
  #expiry: Alarm | undefined;
  /** All messages that were published before this time are acknowledged: milliseconds since the epoch. */
  #soughtTime = 0;

  constructor(config: SubscriptionConfig, surroundings: SubscriptionSurroundings) {
    this.#config = config;
    this.#surroundings = surroundings;
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
    const all = count + this.#inFlight.size + this.#resting;
    return { count: all, more, oldestTime };
  }

  get config(): SubscriptionConfig {
    return this.#config;
  }

  /** Changes the configuration. Messages in flight keep their deadline. */
  configure(config: SubscriptionConfig): void {
    this.#config = config;
    if (this.#expiry !== undefined) this.#surroundings.schedule.cancel(this.#expiry);
    this.#expiry = undefined;
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
    return this.#subscribers.some(({ isAhead }) => isAhead);
  }

  /** Ends all deliveries and reads the backlog from the storage again, after additions or acknowledgements were rolled back. */
  restore(): void {
    for (const delivery of [...this.#inFlight.values()]) this.#end(delivery);
    this.#backlog = this.#stored();
    this.pump();
  }

  attach(subscriber: Subscriber): void {
    this.#subscribers.push(subscriber);
    this.pump();
  }

  detach(subscriber: Subscriber): void {
    this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
  }

  /** Delivers messages to the subscribers that have room, in turns. */
  pump(): void {
    if (this.#pumping || this.#stopped) return;
    this.#pumping = true;
    // Once the next message is not durable, only subscribers that are ahead of the disk can take it.
    let aheadOnly = false;
    try {
      for (let subscriber = this.#free(aheadOnly); subscriber; subscriber = this.#free(aheadOnly)) {
        const deliveries = this.#take(subscriber);
        if (deliveries.length === 0) {
          if (subscriber.isAhead) break;
          aheadOnly = true;
          continue;
        }
        this.#subscribers.push(...this.#subscribers.splice(this.#subscribers.indexOf(subscriber), 1));
        subscriber.accept(deliveries);
      }
    } finally {
      this.#pumping = false;
    }
    this.#awaitExpiry();
  }

  ackId({ serial }: Delivery): string {
    return `${this.#ackIdPrefix}${serial}`;
  }

  /**
   * Returns the delivery with this ack id, or undefined if the id has expired or is used. @throws InvalidInput if it is not an ack id
   */
  delivery(ackId: string): Delivery | undefined {
    if (!ACK_ID.test(ackId)) throw new InvalidInput('ackIds', 'must be ids that a pull returned');
    if (!ackId.startsWith(this.#ackIdPrefix)) return undefined;
    return this.#inFlight.get(Number(ackId.slice(this.#ackIdPrefix.length)));
  }

  acknowledge(delivery: Delivery): void {
    if (!this.#end(delivery)) return;
    for (const { message } of this.#backlog.acknowledge(delivery.pending)) this.#remove(message.id);
  }

  /** Ends a delivery that was refused or not acknowledged in time. */
  fail(delivery: Delivery): void {
    if (!this.#end(delivery)) return;
    const { pending } = delivery;
    for (const other of this.#backlog.fail(pending)) {
      if (other === pending) continue;
      if (other.delivery !== undefined) this.#end(other.delivery);
      // This message was neither refused nor late. Only attempts in which the message itself failed count for the
      // dead-letter policy.
      other.attempts--;
    }
    const { deadLetterPolicy } = this.config;
    if (deadLetterPolicy && pending.attempts >= deadLetterPolicy.maxDeliveryAttempts)
      void this.#giveUp(pending);
    else this.#retry(pending);
  }

  /** Sets the ack deadline to `seconds` from now. */
  extend(delivery: Delivery, seconds: number): void {
    if (delivery.pending.delivery !== delivery) return;
    const { clock, schedule } = this.#surroundings;
    schedule.cancel(delivery.alarm);
    delivery.alarm = schedule.at(clock.now() + seconds * 1_000, () => this.fail(delivery));
  }

  /**
   * Acknowledges all messages that were published before `time`, in milliseconds since the epoch. Acknowledged messages are not
   * delivered again, because the bus does not retain them.
   * https://cloud.google.com/pubsub/docs/replay-overview#seek_to_a_time
   */
  async seek(time: number): Promise<void> {
    const { storage } = this.#surroundings;
    this.#soughtTime = Math.max(this.#soughtTime, time);
    const before = this.#soughtTime;
    for (const delivery of [...this.#inFlight.values()]) {
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
    if (this.#expiry) this.#surroundings.schedule.cancel(this.#expiry);
    for (const delivery of this.#inFlight.values()) this.#end(delivery);
    for (const subscriber of this.#subscribers) subscriber.close();
  }

  /** Reads the backlog from the storage. */
  #stored(): Backlog {
    const { clock, schedule, storage, report } = this.#surroundings;
    return new Backlog(this.#config.ordered, storage.backlog(this.name), (error, readAgain) => {
      report({ event: 'readFailed', subscription: this.name, error });
      schedule.at(clock.now() + READ_PAUSE_MS, () => {
        readAgain();
        this.pump();
      });
    });
  }

  #free(aheadOnly: boolean): Subscriber | undefined {
    return this.#subscribers.find(
      (subscriber) =>
        (!aheadOnly || subscriber.isAhead) && subscriber.capacity > 0 && subscriber.byteCapacity > 0,
    );
  }

  #take({
    capacity: count,
    byteCapacity: bytes,
    countOfKey,
    ackDeadline,
    isAhead,
  }: Subscriber): readonly Delivery[] {
    const lastId = isAhead ? Number.POSITIVE_INFINITY : this.#surroundings.storage.durableId;
    const taken = this.#backlog.take({ count, bytes, countOfKey, lastId }, this.#outdated);
    if (taken.length === 0) return NONE;
    const deadline = this.#surroundings.clock.now() + (ackDeadline ?? this.config.ackDeadline) * 1_000;
    return taken.map((pending) => this.#begin(pending, deadline));
  }

  #begin(pending: Pending, deadline: number): Delivery {
    pending.attempts++;
    const serial = ++this.#serial;
    const delivery: Delivery = {
      serial,
      pending,
      alarm: this.#surroundings.schedule.at(deadline, () => this.fail(delivery)),
      onEnd: undefined,
    };
    pending.delivery = delivery;
    this.#inFlight.set(serial, delivery);
    return delivery;
  }

  /** Returns false if the delivery has already ended, and the message is elsewhere. */
  #end(delivery: Delivery): boolean {
    if (delivery.pending.delivery !== delivery) return false;
    delivery.pending.delivery = undefined;
    this.#inFlight.delete(delivery.serial);
    this.#surroundings.schedule.cancel(delivery.alarm);
    delivery.onEnd?.();
    return true;
  }

  #retry(pending: Pending): void {
    const { clock, schedule, storage } = this.#surroundings;
    const { retryPolicy, deadLetterPolicy } = this.config;
    if (deadLetterPolicy) storage.noteAttempts(this.name, pending.message.id, pending.attempts);
    const delay = retryDelay(retryPolicy, pending.attempts);
    if (delay === 0) {
      this.#backlog.putBack(pending);
      this.pump();
      return;
    }
    const wake = this.#backlog.rest(pending);
    this.#resting++;
    schedule.at(clock.now() + delay, () => {
      this.#resting--;
      wake();
      this.pump();
    });
  }

  async #giveUp(pending: Pending): Promise<void> {
    const { forward, report } = this.#surroundings;
    const backlog = this.#backlog;
    try {
      await forward(this.config, pending.message, pending.attempts);
    } catch (error) {
      report({
        event: 'forwardFailed',
        subscription: this.name,
        messageId: String(pending.message.id),
        error,
      });
      if (backlog === this.#backlog) this.#retry(pending);
      return;
    }
    // `restore` has read the message again meanwhile: it is delivered and forwarded once more.
    if (backlog !== this.#backlog) return;
    backlog.giveUp(pending);
    this.#remove(pending.message.id);
    this.pump();
  }

  /** The messages that are older than the retention, or that `seek` has acknowledged. */
  get #outdated(): Outdated {
    const before = Math.max(this.#surroundings.clock.now() - this.#retention, this.#soughtTime);
    return { before, drop: this.#drop };
  }

  /** Limits the backlog of a subscription without subscribers. */
  #awaitExpiry(): void {
    const { schedule } = this.#surroundings;
    const next = this.#backlog.nextPublishTime;
    if (next === undefined && this.#expiry !== undefined) {
      schedule.cancel(this.#expiry);
      this.#expiry = undefined;
    } else if (next !== undefined && this.#expiry === undefined) {
      this.#expiry = schedule.at(next + this.#retention + 1, () => {
        this.#expiry = undefined;
        this.#backlog.dropOutdated(this.#outdated);
        this.#awaitExpiry();
      });
    }
  }

  /** In milliseconds. */
  get #retention(): number {
    return this.config.messageRetention * 1_000;
  }

  readonly #drop = (id: number): void => this.#remove(id);

  #remove(id: number): void {
    this.#surroundings.storage.remove(this.name, id);
  }
}
