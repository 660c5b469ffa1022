/** The dead letters of a local system with tenants, as its console and `lro dead-letters` have them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';

const TENANT = { topic: 'operation-lifecycle-a', prefix: 'a-', ending: '-a' };

let system: LocalSystem;
beforeAll(async () => {
  system = await startEmbeddedSystem({ push: true, logLevel: 'silent', tenants: [TENANT] });
});
afterAll(() => system.stop());

async function call<T>(path: string, body?: object): Promise<T> {
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(system.url + path, body && post);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}
const letters = async () =>
  (await call<{ deadLetters: { id: string; reason: string }[] }>('/console-api/dead-letters')).deadLetters;
const event = (operation: string, ttl: string) =>
  JSON.stringify({ operation: `operations/${operation}`, created: { method: 'test.v1.A', ttl } });
const publish = (topic: string, data: string) =>
  call(`/v1/projects/local/topics/${topic}:publish`, {
    messages: [{ data: Buffer.from(data).toString('base64') }],
  });

it('are those of every inbox, and one is published again to the topic of its tenant', async () => {
  await publish('operation-lifecycle', event('common', 'soon'));
  await publish(TENANT.topic, event('a-1', 'soon'));
  await until('both', async () => (await letters()).length === 2);
  const { backlogs } = await call<{ backlogs: { name: string; count: number }[] }>('/console-api/system');
  expect(backlogs).toContainEqual(
    expect.objectContaining({ name: 'operation-dead-letters-a-local', count: 1 }),
  );

  for (const [index, name] of ['common', 'a-1'].entries()) {
    const [letter] = await letters();
    const corrected = { data: event(name, '3600s'), encoding: 'TEXT' };
    await call(`/console-api/dead-letters/${letter?.id}/publish`, corrected);
    await until(name, async () => (await fetch(`${system.url}/v1/operations/${name}`)).ok);
    expect(await letters()).toHaveLength(1 - index);
  }
});
