import type { SubscriptionSpec } from './topology.ts';

/**
 * A subscription in Pub/Sub's JSON.
 * https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions#Subscription
 */
export interface SubscriptionResource {
  readonly name: string;
  readonly topic: string;
  readonly pushConfig: { readonly pushEndpoint?: string };
  readonly ackDeadlineSeconds: number;
  readonly messageRetentionDuration: string;
  readonly enableMessageOrdering?: boolean;
  readonly filter?: string;
  readonly retryPolicy?: { readonly minimumBackoff: string; readonly maximumBackoff: string };
  readonly deadLetterPolicy?: { readonly deadLetterTopic: string; readonly maxDeliveryAttempts: number };
}

export function subscriptionResource(
  spec: SubscriptionSpec,
  project: string,
  pushEndpoint?: string,
): SubscriptionResource {
  const { ordered, filter, retryPolicy, deadLetterPolicy } = spec;
  return {
    name: `projects/${project}/subscriptions/${spec.name}`,
    topic: `projects/${project}/topics/${spec.topic}`,
    pushConfig: { pushEndpoint: pushEndpoint || undefined },
    ackDeadlineSeconds: spec.ackDeadline,
    messageRetentionDuration: `${spec.messageRetention}s`,
    enableMessageOrdering: ordered || undefined,
    filter: filter || undefined,
    retryPolicy: retryPolicy && {
      minimumBackoff: `${retryPolicy.minimumBackoff}s`,
      maximumBackoff: `${retryPolicy.maximumBackoff}s`,
    },
    deadLetterPolicy: deadLetterPolicy && {
      deadLetterTopic: `projects/${project}/topics/${deadLetterPolicy.topic}`,
      maxDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts,
    },
  };
}
