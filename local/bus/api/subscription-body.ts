import * as v from 'valibot';
import { integer, object, stringMap } from '../../../shared/http/body-fields.ts';
import {
  type SubscriptionResource,
  subscriptionResource,
} from '../../../shared/pubsub/subscription-resource.ts';
import { DELETED_TOPIC } from '../registry.ts';
import { DEFAULTS, type SubscriptionConfig } from '../subscription-config.ts';
import { parseBody } from './request-body.ts';
import { type UpdatableFields, updatedFields, withUpdate } from './update-mask.ts';

/** A duration in proto3 JSON, such as `90s` or `1.5s`. The result is in seconds. */
const duration = v.pipe(
  v.string(),
  v.regex(/^\d+(\.\d{1,9})?s$/, 'must be a duration such as "10s"'),
  v.transform((text) => Number(text.slice(0, -1))),
);

/** `projects/{p}/topics/{t}`. The result is without the project. */
const topicName = v.pipe(
  v.string(),
  v.regex(/^projects\/[^/]+\/topics\/[^/]+$/, 'must be projects/{project}/topics/{topic}'),
  v.transform((name) => name.slice(name.lastIndexOf('/') + 1)),
);

/**
 * The body that creates a subscription. Fields that have no effect on one machine, such as expiration, retention of
 * acknowledged messages and exports, are ignored, and no answer contains them. The defaults are Pub/Sub's.
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
  labels: v.optional(stringMap, {}),
  enableExactlyOnceDelivery: v.optional(v.boolean(), false),
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
    filter: filter || undefined,
    retryPolicy,
    deadLetterPolicy: deadLetterPolicy && {
      topic: deadLetterPolicy.deadLetterTopic,
      maxDeliveryAttempts: deadLetterPolicy.maxDeliveryAttempts || 5,
    },
    pushEndpoint: pushEndpoint || undefined,
    labels: Object.keys(body.labels).length > 0 ? body.labels : undefined,
    exactlyOnce: body.enableExactlyOnceDelivery || undefined,
  };
}

/** Returns the configuration in Pub/Sub's JSON. */
export function subscriptionJson(config: SubscriptionConfig, project: string): SubscriptionJson {
  const { labels, exactlyOnce } = config;
  const resource = subscriptionResource(config, project, config.pushEndpoint);
  return {
    ...resource,
    topic: config.topic === DELETED_TOPIC ? DELETED_TOPIC : resource.topic,
    labels,
    enableExactlyOnceDelivery: exactlyOnce || undefined,
    state: 'ACTIVE',
  };
}

export interface SubscriptionJson extends SubscriptionResource {
  readonly labels?: Readonly<Record<string, string>>;
  readonly enableExactlyOnceDelivery?: boolean;
  readonly state: 'ACTIVE';
}

const FIELDS: UpdatableFields = {
  mutable: [
    'pushConfig',
    'ackDeadlineSeconds',
    'messageRetentionDuration',
    'retryPolicy',
    'deadLetterPolicy',
    'labels',
    'enableExactlyOnceDelivery',
    'retainAckedMessages',
    'expirationPolicy',
    'bigqueryConfig',
    'cloudStorageConfig',
    'bigtableConfig',
    'messageTransforms',
  ],
  immutable: ['name', 'topic', 'filter', 'enableMessageOrdering'],
};

/** Returns the configuration after an update. */
export function updatedSubscription(
  project: string,
  config: SubscriptionConfig,
  update: object,
  paths: readonly string[],
): SubscriptionConfig {
  const fields = updatedFields(paths, FIELDS);
  // The topic may be deleted. Then it has no path.
  const present = {
    ...subscriptionJson(config, project),
    topic: `projects/${project}/topics/${config.topic}`,
  };
  const updated = subscriptionConfig(project, config.name, withUpdate(present, update, fields));
  return { ...updated, project: config.project || project };
}
