/**
 * The topics and subscriptions that the system stands on, as data: the emulator, the embedded bus and the deployment
 * are all made from it. Subscriptions only use what every one of them keeps: no filter among it, because the emulator
 * ignores filters and triggers have none.
 */
import type { Tenant } from '../orchestrator/tenants.ts';

/** The names of the topics, without the project. */
export interface TopicNames {
  readonly lifecycle: string;
  readonly completions: string;
  readonly signals: string;
  readonly deadLetters: string;
}

/** Those that the orchestrator publishes to. */
export type PublishedTopics = Omit<TopicNames, 'lifecycle'>;

export const DEFAULT_TOPICS: TopicNames = {
  lifecycle: 'operation-lifecycle',
  completions: 'operation-completions',
  signals: 'operation-signals',
  deadLetters: 'operation-dead-letters',
};

/** Waits between `minimumBackoff` and `maximumBackoff` seconds, twice as long after each attempt. */
export interface RetryPolicy {
  readonly minimumBackoff: number;
  readonly maximumBackoff: number;
}

export interface DeadLetterPolicy {
  readonly topic: string;
  /** 5 to 100. */
  readonly maxDeliveryAttempts: number;
}

/** One subscription. Durations are seconds, names without the project. */
export interface SubscriptionSpec {
  readonly name: string;
  readonly topic: string;
  /** 10 to 600. For a push subscription: how long the endpoint may take. */
  readonly ackDeadline: number;
  /** How long an unacknowledged message is kept: 10 minutes to 31 days. */
  readonly messageRetention: number;
  /** Deliver the messages of one ordering key in the order in which they were published. */
  readonly ordered: boolean;
  readonly filter?: string;
  /** Without it a message that was not acknowledged comes again at once. */
  readonly retryPolicy?: RetryPolicy;
  readonly deadLetterPolicy?: DeadLetterPolicy;
}

export interface Topology {
  readonly topics: readonly string[];
  /** Those that push to a function: the caller that creates them gives its URL. */
  readonly push: readonly SubscriptionSpec[];
  readonly pull: readonly SubscriptionSpec[];
}

export const LIFECYCLE_SUBSCRIPTION = 'on-lifecycle-event';
export const COMPLETIONS_SUBSCRIPTION = 'operation-completions-local';
export const SIGNALS_SUBSCRIPTION = 'operation-signals-local';
export const DEAD_LETTERS_SUBSCRIPTION = 'operation-dead-letters-local';

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** The names of one tenant's topics; those of everyone else where there is no tenant. */
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
 * The system on one machine, with topics and subscriptions for everyone and for each tenant. A lifecycle event is tried for
 * some 15 hours before it is given up, since what makes it fail is a dependency that is down: what can never be applied is
 * dead-lettered by the function, at once.
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

/** A subscription without anything special. */
export function pullSubscription(name: string, topic: string): SubscriptionSpec {
  return { name, topic, ackDeadline: 10, messageRetention: DAY, ordered: false };
}
