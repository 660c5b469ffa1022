import { z } from 'zod';
import { DEFAULTS, type SubscriptionConfig } from '../subscription-config.ts';
import { parseBody } from './request-body.ts';

/** `90s`, `1.5s`: a duration in proto3 JSON; here in seconds. */
const duration = z
  .string()
  .regex(/^\d+(\.\d{1,9})?s$/, 'must be a duration such as "10s"')
  .transform((text) => Number(text.slice(0, -1)));

/** `projects/{p}/topics/{t}`; here without the project. */
const topicName = z
  .string()
  .regex(/^projects\/[^/]+\/topics\/[^/]+$/, 'must be projects/{project}/topics/{topic}')
  .transform((name) => name.slice(name.lastIndexOf('/') + 1));

/**
 * A subscription as it is created. Fields that mean nothing on one machine (labels, expiration and so on) are ignored.
 * Defaults are Pub/Sub's.
 * https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions/create
 */
const subscriptionBody = z.object({
  topic: topicName,
  pushConfig: z.object({ pushEndpoint: z.string().optional() }).optional(),
  ackDeadlineSeconds: z.coerce.number().int().default(0),
  messageRetentionDuration: duration.default(DEFAULTS.messageRetention),
  enableMessageOrdering: z.boolean().default(DEFAULTS.ordered),
  filter: z.string().optional(),
  retryPolicy: z
    .object({ minimumBackoff: duration.default(10), maximumBackoff: duration.default(600) })
    .optional(),
  deadLetterPolicy: z
    .object({ deadLetterTopic: topicName, maxDeliveryAttempts: z.coerce.number().int().default(5) })
    .optional(),
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
