/** The whole local system, by nothing but the host that its start screen prints. */
import { type Message, PubSub } from '@google-cloud/pubsub';
import { expect, test } from 'vitest';
import { startEmbeddedSystem } from '../../../local/embedded/embedded-system.ts';
import { startScreen } from '../../../local/start-screen.ts';
import { until } from '../../setup/until.ts';

test('a worker on @google-cloud/pubsub publishes an operation, and a subscriber receives its completion', async () => {
  const system = await startEmbeddedSystem({ push: true });
  const host = /PUBSUB_EMULATOR_HOST=(\S+)/.exec(startScreen(system, 0))?.[1];
  const pubsub = new PubSub({ projectId: 'any-project', apiEndpoint: host ?? '', emulatorMode: true });
  const completions: Record<string, string>[] = [];
  const subscription = pubsub.subscription('operation-completions-local');
  subscription.on('message', (message: Message) => {
    completions.push(message.attributes);
    message.ack();
  });
  const topic = pubsub.topic('operation-lifecycle');
  const operation = 'operations/by-grpc';
  for (const event of [{ created: { method: 'example.v1.Hello' } }, { succeeded: {} }]) {
    await topic.publishMessage({ json: { operation, ...event } });
  }
  await until('the completion', () => completions.length > 0);
  expect(completions[0]).toMatchObject({ operation, state: 'SUCCEEDED', method: 'example.v1.Hello' });
  await subscription.close();
  await pubsub.close();
  await system.stop();
});
