/**
 * The topics and subscriptions of the system, as data. The emulator, the embedded bus and the deployment are all made
 * from it. Subscriptions use only features that all three support: no filters, because the emulator ignores them and
 * triggers have none.
 */
import type { Tenant } from '../orchestrator/tenants.ts';

/** The names of the topics, without the project. */
export interface TopicNames {
  readonly lifecycle: string;
  readonly completions: string;
  readonly signals: string;
  readonly deadLetters: string;
}

/** The topics to which the orchestrator publishes. */
export type PublishedTopics = Omit<TopicNames, 'lifecycle'>;

export const DEFAULT_TOPICS: TopicNames = {
  lifecycle: 'operation-lifecycle',
  completions: 'operation-completions',
  signals: 'operation-signals',
  deadLetters: 'operation-dead-letters',
};

/** The pause before a redelivery, from `minimumBackoff` to `maximumBackoff` seconds, doubled after each delivery. */
export interface RetryPolicy {
  readonly minimumBackoff: number;
  readonly maximumBackoff: number;
}

export interface DeadLetterPolicy {
  readonly topic: string;
  /** 5 to 100. */
  readonly maxDeliveryAttempts: number;
}

/** One subscription. Durations are in seconds, and names are without the project. */
export interface SubscriptionSpec {
  readonly name: string;
  readonly topic: string;
  /** 10 to 600. For a push subscription, also the time limit of the endpoint. */
  readonly ackDeadline: number;
  /** How long an unacknowledged message is kept: 10 minutes to 31 days. */
  readonly messageRetention: number;
  /** Whether messages of one ordering key are delivered in the order in which they were published. */
  readonly ordered: boolean;
  readonly filter?: string;
  /** Without it, an unacknowledged message is redelivered at once. */
  readonly retryPolicy?: RetryPolicy;
  readonly deadLetterPolicy?: DeadLetterPolicy;
}

export interface Topology {
  readonly topics: readonly string[];
  /** The subscriptions that push to a function. The caller that creates them sets the URL. */
  readonly push: readonly SubscriptionSpec[];
  readonly pull: readonly SubscriptionSpec[];
}

export const LIFECYCLE_SUBSCRIPTION = 'on-lifecycle-event';
export const SIGNALS_SUBSCRIPTION = 'operation-signals-local';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** The names of one tenant's topics, or of the common topics if there is no tenant. */
export function topicsOf(topics: TopicNames, tenant: Pick<Tenant, 'ending'> | undefined): TopicNames {
  const { ending = '' } = tenant ?? {};
  return {
    lifecycle: topics.lifecycle + ending,
    completions: topics.completions + ending,
    signals: topics.signals + ending,
    deadLetters: topics.deadLetters + ending,
  };
}

/** The subscriptions of one tenant's topics on one machine. */
export function subscriptionsOf(tenant: Pick<Tenant, 'ending'> | undefined) {
  const { ending = '' } = tenant ?? {};
  const { completions, signals, deadLetters } = topicsOf(DEFAULT_TOPICS, tenant);
  return {
    lifecycle: LIFECYCLE_SUBSCRIPTION + ending,
    completions: `${completions}-local`,
    signals: `${signals}-local`,
    deadLetters: `${deadLetters}-local`,
  };
}

/**
 * The topology of the system on one machine: the common topics and subscriptions, and those of each tenant. A lifecycle
 * event is delivered for about 15 hours before it is dead-lettered, because such an event fails only while a dependency
 * is down. The function itself dead-letters at once an event that can never be applied.
 */
export function localTopology(
  topics: TopicNames = DEFAULT_TOPICS,
  tenants: readonly Pick<Tenant, 'ending'>[] = [],
): Topology {
  const parts = [undefined, ...tenants].map((tenant) =>
    partOf(topicsOf(topics, tenant), subscriptionsOf(tenant)),
  );
  return {
    topics: parts.flatMap((part) => part.topics),
    push: parts.flatMap((part) => part.push),
    pull: parts.flatMap((part) => part.pull),
  };
}

function partOf(topics: TopicNames, subscriptions: ReturnType<typeof subscriptionsOf>): Topology {
  return {
    topics: [topics.lifecycle, topics.completions, topics.signals, topics.deadLetters],
    push: [
      {
        name: subscriptions.lifecycle,
        topic: topics.lifecycle,
        ackDeadline: MINUTE,
        messageRetention: DAY,
        ordered: false,
        retryPolicy: { minimumBackoff: 1, maximumBackoff: 10 * MINUTE },
        deadLetterPolicy: { topic: topics.deadLetters, maxDeliveryAttempts: 100 },
      },
    ],
    pull: [
      pullSubscription(subscriptions.completions, topics.completions),
      pullSubscription(subscriptions.signals, topics.signals),
      pullSubscription(subscriptions.deadLetters, topics.deadLetters),
    ],
  };
}

/** A subscription with default settings. */
export function pullSubscription(name: string, topic: string): SubscriptionSpec {
  return { name, topic, ackDeadline: 10, messageRetention: DAY, ordered: false };
}
