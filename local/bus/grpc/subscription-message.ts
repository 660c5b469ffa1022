/** Converts google.pubsub.v1.Subscription to and from the JSON of the REST interface, so that one parser serves both. */
import type { protos } from '@google-cloud/pubsub';
import type { SubscriptionJson } from '../api/subscription-body.ts';

type Subscription = protos.google.pubsub.v1.ISubscription;
type Duration = protos.google.protobuf.IDuration;

/** A field that the message lacks is undefined, so that its default applies. */
export function jsonOfSubscription(message: Subscription): object {
  const { pushConfig, messageRetentionDuration, retryPolicy, deadLetterPolicy } = message;
  return {
    topic: message.topic,
    ackDeadlineSeconds: message.ackDeadlineSeconds,
    enableMessageOrdering: message.enableMessageOrdering,
    filter: message.filter,
    labels: message.labels,
    enableExactlyOnceDelivery: message.enableExactlyOnceDelivery,
    pushConfig: pushConfig ? { pushEndpoint: pushConfig.pushEndpoint } : undefined,
    messageRetentionDuration: textOf(messageRetentionDuration),
    retryPolicy: retryPolicy
      ? {
          minimumBackoff: textOf(retryPolicy.minimumBackoff),
          maximumBackoff: textOf(retryPolicy.maximumBackoff),
        }
      : undefined,
    deadLetterPolicy: deadLetterPolicy
      ? {
          deadLetterTopic: deadLetterPolicy.deadLetterTopic,
          maxDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts,
        }
      : undefined,
  };
}

export function messageOfSubscription(json: SubscriptionJson): Subscription {
  const { messageRetentionDuration, retryPolicy, state, ...rest } = json;
  return {
    ...rest,
    messageRetentionDuration: durationOf(messageRetentionDuration),
    retryPolicy: retryPolicy && {
      minimumBackoff: durationOf(retryPolicy.minimumBackoff),
      maximumBackoff: durationOf(retryPolicy.maximumBackoff),
    },
    state: STATES[state],
  };
}

const STATES = { ACTIVE: 1 } as const;

function textOf(duration: Duration | null | undefined): string | undefined {
  if (!duration) return undefined;
  const { seconds, nanos } = duration;
  const fraction = nanos ? `.${String(nanos).padStart(9, '0')}` : '';
  return `${seconds ?? 0}${fraction}s`;
}

function durationOf(text: string): Duration {
  const seconds = Number.parseFloat(text);
  const whole = Math.trunc(seconds);
  return { seconds: whole, nanos: Math.round((seconds - whole) * 1e9) };
}
