import * as v from 'valibot';
import { validated } from '../../shared/messages/validated.ts';
import { gcloud } from './gcloud.ts';
import type { Path } from './round-trip.ts';

const pulled = v.array(v.object({ message: v.object({ attributes: v.record(v.string(), v.string()) }) }));

/** Sends a test event through a deployment, with the gcloud commands that the author of a worker would use. */
export function cloudPath(settings: ReadonlyMap<string, string>): Path {
  const setting = (name: string) => settings.get(name) ?? '';
  const project = `--project=${setting('PROJECT_ID')}`;
  return {
    async subscribe(id) {
      await gcloud(
        'pubsub',
        'subscriptions',
        'create',
        id,
        `--topic=${setting('TOPIC_COMPLETIONS')}`,
        `--message-filter=attributes.operation="operations/${id}"`,
        // The subscription expires after a day, in case the doctor cannot delete it.
        '--expiration-period=1d',
        project,
        '--message-retention-duration=1h',
      );
    },
    async publish(event) {
      const topic = setting('TOPIC_LIFECYCLE');
      await gcloud('pubsub', 'topics', 'publish', topic, `--message=${JSON.stringify(event)}`, project);
    },
    async stateOf(id) {
      const state = await gcloud(
        'spanner',
        'databases',
        'execute-sql',
        setting('SPANNER_DATABASE'),
        `--instance=${setting('SPANNER_INSTANCE')}`,
        project,
        '--format=value(rows.flatten())',
        `--sql=SELECT State FROM ${setting('SPANNER_TABLE')} WHERE key = 'operations/${id}'`,
      );
      return state.trim() || undefined;
    },
    async pull(id) {
      const answer = await gcloud(
        'pubsub',
        'subscriptions',
        'pull',
        id,
        '--auto-ack',
        '--format=json',
        project,
      );
      const messages = validated(pulled, JSON.parse(answer || '[]'), 'the answer');
      return messages.map(({ message }) => message.attributes.operation ?? '');
    },
    async unsubscribe(id) {
      await gcloud('pubsub', 'subscriptions', 'delete', id, project);
    },
  };
}
