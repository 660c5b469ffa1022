/**
 * Google Cloud Pub/Sub's topics and subscriptions in this process.
 *
 * 1. A message is delivered to each subscription at least once, until it is acknowledged.
 * 2. `publish` resolves once the messages are durable. A message is delivered only when it is durable, except to subscribers that
 *    are ahead of the disk.
 * 3. The bus has one namespace for all projects: names have no project.
 */

import { type Clock, RealClock } from '../../executor/clock.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import type { BusOptions, ConsumeOptions, PullOptions } from './bus-options.ts';
import { CopyDelivery } from './copy-delivery.ts';
import { deadLetterAttributes } from './dead-letter-attributes.ts';
import { giveBackOnceGone } from './give-back.ts';
import { HandlerSubscriber, type MessageHandler } from './handler-subscriber.ts';
import { MemoryStorage } from './memory-storage.ts';
import { type BusMessage, checkMessages, type PublishedMessage } from './message.ts';
import { MessageIntake } from './message-intake.ts';
import { MessageStream, type StreamSettings } from './message-stream.ts';
import type { Delivery } from './pending.ts';
import { type PulledMessage, pulledMessage } from './pulled-message.ts';
import { pushTo } from './push-endpoint.ts';
import { Registry } from './registry.ts';
import type { BusReport } from './report.ts';
import { Schedule } from './schedule.ts';
import type { BusStorage } from './storage.ts';
import type { Subscription } from './subscription.ts';
import type { SubscriptionConfig } from './subscription-config.ts';
import { Turn } from './turn.ts';
import { WaitingPull } from './waiting-pull.ts';
import { Work } from './work.ts';

export interface Consumption {
  /** Stops the delivery of further messages. The handler can still finish the messages that it has. */
  stop(): void;
}

const MAX_OUTSTANDING = 1_000;

/** The largest number of concurrent requests to a push endpoint. */
const MAX_REQUESTS = 100;

/** How long a closing bus waits for its handlers, in milliseconds. Messages that they do not finish are delivered again. */
const CLOSE_GRACE_MS = 500;

const NOTHING: Promise<void> = Promise.resolve();

export class Bus {
  readonly registry: Registry;
  readonly project: string;
  readonly #storage: BusStorage;
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #work: Work;
  readonly #report: BusReport;
  readonly #turn = new Turn();
  readonly #copies: CopyDelivery;
  /** By subscription. */
  readonly #pushes = new Map<string, Consumption>();
  readonly #intake: MessageIntake;

  constructor(options: BusOptions = {}) {
    this.project = options.project ?? 'local';
    this.#storage = options.storage ?? new MemoryStorage();
    this.#clock = options.clock ?? new RealClock();
    this.#report = options.report ?? (() => {});
    this.#schedule = new Schedule(this.#clock);
    this.#work = new Work(this.#clock);
    this.#copies = new CopyDelivery(this.#work);
    const { topics, subscriptions, lastId } = this.#storage.load();
    this.registry = new Registry({
      clock: this.#clock,
      schedule: this.#schedule,
      storage: this.#storage,
      report: this.#report,
      forward: (from, message, attempts) => this.#forward(from, message, attempts),
      configured: (subscription) => this.#push(subscription),
    });
    this.#intake = new MessageIntake(this.#clock, this.registry, lastId);
    this.registry.restore(topics, subscriptions);
  }

  /** Resolves with the message ids once the messages are stored. @throws InvalidInput, or a Failure `notFound` */
  publish(topic: string, messages: readonly PublishedMessage[]): Promise<string[]> {
    const { length } = messages;
    const firstId = this.#intake.nextId;
    // Not an async function: thousands of calls wait for one transaction, and each of them would keep its messages until then.
    try {
      checkMessages(messages);
      const copies = this.#intake.accept(topic, messages);
      const published =
        copies.length > 0 ? this.#copies.deliver(copies, this.#storage.append(copies)) : NOTHING;
      return published.then(() => Array.from({ length }, (_, index) => String(firstId + index)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Like `publish`, ahead of the disk: returns at once. The messages are delivered once they are durable. They are rolled back
   * together with the decisions that they follow from, and are then not delivered.
   */
  publishAhead(topic: string, messages: readonly PublishedMessage[]): void {
    checkMessages(messages);
    const copies = this.#intake.accept(topic, messages);
    if (copies.length === 0) return;
    this.#copies.deliverAhead(copies, this.#storage.appendAhead(copies));
  }

  /** Reads all backlogs from the storage again, after tasks ahead of the disk were rolled back. */
  restore(): void {
    this.registry.restoreAll();
  }

  async pull(name: string, { maxMessages, waitMs, signal }: PullOptions): Promise<PulledMessage[]> {
    if (!(maxMessages > 0)) throw new InvalidInput('maxMessages', 'must be above 0');
    const subscription = this.registry.subscription(name);
    const pull = new WaitingPull(maxMessages, this.#work);
    subscription.attach(pull);
    const deliveries = await (waitMs === undefined
      ? pull.taken()
      : pull.within(waitMs, this.#schedule, signal));
    subscription.detach(pull);
    // The subscription may have been deleted meanwhile.
    if (deliveries.length === 0) this.registry.subscription(name);
    else if (signal) giveBackOnceGone(subscription, deliveries, signal);
    return deliveries.map((delivery) => pulledMessage(subscription, delivery));
  }

  /**
   * Acknowledges messages. Resolves, once the acknowledgements are stored, with the invalid ids: ids whose deadline has
   * passed, so that the bus delivers the message again, and ids that were acknowledged before.
   *
   * @throws InvalidInput, without any effect, if an id is not an ack id
   */
  async acknowledge(name: string, ackIds: readonly string[]): Promise<readonly string[]> {
    const subscription = this.registry.subscription(name);
    const { deliveries, outdated } = deliveriesOf(subscription, ackIds);
    for (const delivery of deliveries) subscription.acknowledge(delivery);
    subscription.pump();
    await this.#work.run(() => this.#storage.flush());
    return outdated;
  }

  /**
   * Sets the deadlines to `seconds` from now; with 0 the messages are delivered again. Returns the ids that no longer
   * count.
   */
  modifyAckDeadline(name: string, ackIds: readonly string[], seconds: number): readonly string[] {
    const subscription = this.registry.subscription(name);
    if (!(seconds >= 0 && seconds <= 600)) throw new InvalidInput('ackDeadlineSeconds', 'must be 0 to 600');
    const { deliveries, outdated } = deliveriesOf(subscription, ackIds);
    for (const delivery of deliveries) {
      if (seconds === 0) subscription.fail(delivery);
      else subscription.extend(delivery, seconds);
    }
    subscription.pump();
    return outdated;
  }

  /**
   * Acknowledges all messages that were published before `time`, in milliseconds since the epoch. Messages that are published from
   * now on stay, also if `time` is in the future.
   */
  async seek(name: string, time: number): Promise<void> {
    const subscription = this.registry.subscription(name);
    const sought = this.#intake.soughtTime(time);
    await this.#work.run(() => subscription.seek(sought));
  }

  /** Delivers the messages of the subscription as a stream, until the stream is stopped. */
  stream(name: string, settings: StreamSettings): MessageStream {
    return new MessageStream(this.registry.subscription(name), settings);
  }

  /** Calls the handler with each message of the subscription, like a push subscription does. */
  consume(name: string, handler: MessageHandler, options: ConsumeOptions = {}): Consumption {
    const subscription = this.registry.subscription(name);
    const subscriber = new HandlerSubscriber(
      subscription,
      handler,
      {
        maxOutstanding: options.maxOutstanding ?? MAX_OUTSTANDING,
        isAhead: options.isAhead ?? (() => false),
      },
      {
        schedule: this.#schedule,
        work: this.#work,
        report: this.#report,
        turn: this.#turn,
      },
    );
    subscription.attach(subscriber);
    return { stop: () => subscription.detach(subscriber) };
  }

  async close(): Promise<void> {
    this.registry.stop();
    const stop = new AbortController();
    const grace = this.#clock.sleep(CLOSE_GRACE_MS, stop.signal).catch(() => {});
    await Promise.race([this.#work.idle(), grace]);
    stop.abort();
    this.registry.close();
    this.#schedule.close();
    await this.#storage.close();
  }

  async #forward(from: SubscriptionConfig, message: BusMessage, attempts: number): Promise<void> {
    const { data, orderingKey } = message;
    const attributes = deadLetterAttributes(from, from.project ?? this.project, message, attempts);
    const copies = this.#intake.accept(from.deadLetterPolicy?.topic ?? '', [
      { data, attributes, orderingKey },
    ]);
    if (copies.length > 0) await this.#copies.deliver(copies, this.#storage.append(copies));
  }

  /** Pushes to the current endpoint of the subscription, and no longer to the previous one. */
  #push({ config }: Subscription): void {
    const { name, pushEndpoint, project = this.project } = config;
    this.#pushes.get(name)?.stop();
    this.#pushes.delete(name);
    if (!pushEndpoint) return;
    const push = this.consume(name, pushTo(pushEndpoint, project), { maxOutstanding: MAX_REQUESTS });
    this.#pushes.set(name, push);
  }
}

function deliveriesOf(subscription: Subscription, ackIds: readonly string[]) {
  const deliveries: Delivery[] = [];
  const outdated: string[] = [];
  for (const ackId of ackIds) {
    const delivery = subscription.delivery(ackId);
    if (delivery === undefined) outdated.push(ackId);
    else deliveries.push(delivery);
  }
  return { deliveries, outdated };
}
