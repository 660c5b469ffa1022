import * as v from 'valibot';
import { object, stringMap } from '../../../shared/http/body-fields.ts';
import type { TopicConfig } from '../topic-config.ts';
import { parseBody } from './request-body.ts';
import { type UpdatableFields, updatedFields, withUpdate } from './update-mask.ts';

/**
 * The body that creates a topic. Fields that have no effect on one machine, such as the storage policy, keys and ingestion,
 * are ignored, and no answer contains them. https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics#Topic
 */
const topicBody = object({ labels: v.optional(stringMap, {}) });

const FIELDS: UpdatableFields = {
  mutable: [
    'labels',
    'messageStoragePolicy',
    'schemaSettings',
    'messageRetentionDuration',
    'ingestionDataSourceSettings',
    'messageTransforms',
  ],
  immutable: ['name', 'kmsKeyName'],
};

/** Returns the configuration in Pub/Sub's JSON. */
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

/** Returns the configuration after an update. */
export function updatedTopic(config: TopicConfig, update: object, paths: readonly string[]): TopicConfig {
  return topicConfig(config.name, withUpdate(config, update, updatedFields(paths, FIELDS)));
}
