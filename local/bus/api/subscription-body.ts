import * as v from 'valibot';
import { integer, object } from '../../../shared/http/body-fields.ts';
import { DEFAULTS, type SubscriptionConfig } from '../subscription-config.ts';
import { parseBody } from './request-body.ts';

/** `90s`, `1.5s`: a duration in proto3 JSON; here in seconds. */
const duration = v.pipe(
  v.string(),
  v.regex(/^\d+(\.\d{1,9})?s$/, 'must be a duration such as "10s"'),
  v.transform((text) => Number(text.slice(0, -1))),
);

/** `projects/{p}/topics/{t}`; here without the project. */
const topicName = v.pipe(
  v.string(),
  v.regex(/^projects\/[^/]+\/topics\/[^/]+$/, 'must be projects/{project}/topics/{topic}'),
  v.transform((name) => name.slice(name.lastIndexOf('/') + 1)),
);

/**
 * A subscription as it is created. Fields that mean nothing on one machine (labels, expiration and so on) are ignored.
 * Defaults are Pub/Sub's.
 * https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions/create
 */
const subscriptionBody = object({
  topic: topicName,
  pushConfig: v.optional(object({ pushEndpoint: v.optional(v.string()) })),
  ackDeadlineSeconds: v.optional(integer, 0),
  messageRetentionDuration: v.optional(duration, `${DEFAULTS.messageRetention}s`),
  enableMessageOrdering: v.optional(v.boolean(), DEFAULTS.ordered),
  filter: v.optional(v.string()),
  retryPolicy: v.optional(
    object({ minimumBackoff: v.optional(duration, '10s'), maximumBackoff: v.optional(duration, '600s') }),
  ),
  deadLetterPolicy: v.optional(
    object({ deadLetterTopic: topicName, maxDeliveryAttempts: v.optional(integer, 5) }),
  ),
});

export function subscriptionConfig(project: string, name: string, json: unknown): SubscriptionConfig {
  const body = parseBody(subscriptionBody, json);
  const { topic, filter, retryPolicy, deadLetterPolicy } = body;
  const pushEndpoint = body.pushConfig?.pushEndpoint;
  return {
    project,
    name,
    topic,
    ackDeadline: body.ackDeadlineSeconds || DEFAULTS.ackDeadline,
    messageRetention: body.messageRetentionDuration,
    ordered: body.enableMessageOrdering,
    ...(filter && { filter }),
    ...(retryPolicy && { retryPolicy }),
    ...(deadLetterPolicy && {
      deadLetterPolicy: {
        topic: deadLetterPolicy.deadLetterTopic,
        maxDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts || 5,
      },
    }),
    ...(pushEndpoint && { pushEndpoint }),
  };
}
