import * as v from 'valibot';
import { object, stringMap } from '../../../shared/http/body-fields.ts';
import type { TopicConfig } from '../topic-config.ts';
import { parseBody } from './request-body.ts';
import { type UpdatableFields, updatedFields, withUpdate } from './update-mask.ts';

/**
 * A topic as it is created. Fields that mean nothing on one machine (storage policy, keys, ingestion and so on) are
 * ignored, and no answer says that they are set.
 * https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics#Topic
 */
const topicBody = object({ labels: v.optional(stringMap, {}) });

const FIELDS: UpdatableFields = {
  mutable: [
    ...['labels', 'messageStoragePolicy', 'schemaSettings', 'messageRetentionDuration'],
    ...['ingestionDataSourceSettings', 'messageTransforms'],
  ],
  immutable: ['name', 'kmsKeyName'],
};

/** The configuration in Pub/Sub's JSON. */
export interface TopicJson {
  readonly name: string;
  readonly labels?: TopicConfig['labels'];
}

export function topicConfig(name: string, json: unknown): TopicConfig {
  return { name, labels: parseBody(topicBody, json).labels };
}

export function topicJson({ name, labels }: TopicConfig, project: string): TopicJson {
  const path = `projects/${project}/topics/${name}`;
  return Object.keys(labels).length > 0 ? { name: path, labels } : { name: path };
}

/** The configuration as an update leaves it. */
export function updatedTopic(config: TopicConfig, update: object, paths: readonly string[]): TopicConfig {
  return topicConfig(config.name, withUpdate(config, update, updatedFields(paths, FIELDS)));
}
