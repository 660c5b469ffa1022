/** What Pub/Sub pushes to on-lifecycle-event, as the subscription of deploy.sh has it, through the functions-framework. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cloudEvent } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Deployment } from '../../functions/deployment.ts';
import { installFrameworkEdge } from '../../functions/framework-edge.ts';
import { onLifecycleEvent } from '../../functions/on-lifecycle-event.ts';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { DeadLetter } from '../../shared/orchestrator/ports/publisher.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { Tenants } from '../../shared/orchestrator/tenants.ts';
import { orchestratorOn } from '../operations-api/api-under-test.ts';
import { newName } from '../store/fixtures.ts';

const PUBLISHED = '2026-01-02T03:04:05.678Z';
const TENANT = { topic: 'operation-lifecycle-a', prefix: 'a-', ending: '-a' };

let store: OperationStore;
let server: Server;
let url: string;
let removeEdge: () => void;
/** What every push finds; undefined: the deployment as it is. */
let failure: Error | undefined;
let tenants: Tenants;
const deadLetters: DeadLetter[] = [];
const counted: string[] = [];

beforeAll(async () => {
  vi.stubEnv('NODE_ENV', 'production');
  removeEdge = installFrameworkEdge({ readsBodies: false });
  store = await openSqliteStore();
  cloudEvent(
    'events-under-test',
    onLifecycleEvent(async () => {
      if (failure) throw failure;
      const { policy, telemetry, ...orchestrator } = orchestratorOn(store);
      return {
        orchestrator: {
          ...orchestrator,
          policy: { ...policy, tenants },
          telemetry: { ...telemetry, count: (name: string) => void counted.push(name) },
          publisher: {
            ...orchestrator.publisher,
            publishDeadLetter: async (letter: DeadLetter) => void deadLetters.push(letter),
          },
        },
      } as Deployment;
    }),
  );
  server = getTestServer('events-under-test');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  failure = undefined;
  tenants = new Tenants([], { lifecycleTopic: 'operation-lifecycle' });
  deadLetters.length = 0;
  counted.length = 0;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await store.close();
  removeEdge();
  vi.unstubAllEnvs();
});

interface Push {
  readonly data: string | Uint8Array;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly messageId?: string;
  readonly topic?: string;
}

async function push({ data, attributes, messageId = '4711', topic = 'operation-lifecycle' }: Push) {
  const response = await fetch(`${url}/projects/p/topics/${topic}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      subscription: 'projects/p/subscriptions/on-lifecycle-event',
      message: { data: Buffer.from(data).toString('base64'), attributes, messageId, publishTime: PUBLISHED },
    }),
  });
  await response.arrayBuffer();
  return response.status;
}

const eventOf = (operation: string, event: object) => JSON.stringify({ operation, ...event });

it('applies the event, with the id and the time of its message where it has none, and acknowledges it', async () => {
  const operation = newName('pushed');
  const status = await push({ data: eventOf(operation, { created: { method: 'm' } }), messageId: '4711' });
  expect(status).toBe(204);
  expect(await store.operation(operation)).toMatchObject({ createTime: Date.parse(PUBLISHED) });
  const { history } = (await store.inspection(operation, { history: 1, waits: 1 })) ?? {};
  expect(history).toMatchObject([{ eventId: '4711', outcome: 'APPLIED' }]);
});

it('reads the attributes of the message', async () => {
  const operation = newName('pushed');
  const attributes = { googclient_schemaencoding: 'BINARY' };
  expect(await push({ data: eventOf(operation, { created: {} }), attributes })).toBe(204);
  expect(await store.operation(operation)).toBeUndefined();
  expect(deadLetters).toMatchObject([{ attributes, field: 'data' }]);
});

it('acknowledges a message that can never be applied, with its content, id, topic and reason in the dead letters', async () => {
  const operation = newName('pushed');
  await push({ data: eventOf(operation, { created: { method: 'm' } }) });
  const data = eventOf(operation, { failed: { error: { code: 0 } } });
  expect(await push({ data, messageId: '4712', attributes: { a: 'b' } })).toBe(204);
  const [letter] = deadLetters;
  expect(deadLetters).toHaveLength(1);
  expect(letter).toMatchObject({
    ...{ messageId: '4712', attributes: { a: 'b' }, topic: 'operation-lifecycle' },
    ...{ field: 'failed.error.code', reason: expect.stringContaining('failed.error.code: ') },
  });
  expect(String(letter?.data)).toBe(data);
  expect(counted).toContain('lro.dead_letters');
  const { history } = (await store.inspection(operation, { history: 1, waits: 1 })) ?? {};
  expect(history).toMatchObject([{ outcome: 'REJECTED', type: 'rejected' }]);
});

it('has an event of another tenant in the dead letters of its sender, and not in the history', async () => {
  const operation = newName('b');
  await push({ data: eventOf(operation, { created: { method: 'm' } }) });
  tenants = new Tenants([TENANT], { lifecycleTopic: 'operation-lifecycle' });
  const wrong = eventOf(operation, { failed: { error: { code: 0 } } });
  expect(await push({ data: wrong, topic: TENANT.topic })).toBe(204);
  expect(deadLetters).toMatchObject([{ topic: TENANT.topic, field: 'operation' }]);
  const { history } = (await store.inspection(operation, { history: 9, waits: 1 })) ?? {};
  expect(history).toMatchObject([{ type: 'created' }]);
});

it.each([
  ['a dependency is away', new Failure('unavailable', 'Spanner is away')],
  ['an error is unexpected', new TypeError('x is undefined')],
])('does not acknowledge the event while %s', async (_, error) => {
  const operation = newName('pushed');
  const data = eventOf(operation, { created: { method: 'm' } });
  failure = error;
  vi.spyOn(console, 'error').mockImplementation(() => {});
  expect(await push({ data })).toBe(500);
  failure = undefined;
  expect(deadLetters).toEqual([]);
  expect(await push({ data })).toBe(204);
  expect(await store.operation(operation)).toBeDefined();
});

it('does not acknowledge an event whose topic is not known while there are tenants', async () => {
  tenants = new Tenants([TENANT], { lifecycleTopic: 'operation-lifecycle' });
  vi.spyOn(console, 'error').mockImplementation(() => {});
  expect(await push({ data: eventOf(newName('x'), { created: {} }), topic: 'another' })).toBe(500);
  expect(deadLetters).toEqual([]);
});

it('takes the largest message that Pub/Sub takes', async () => {
  expect(await push({ data: Buffer.alloc(10_000_000, ' ') })).toBe(204);
  expect(deadLetters.map(({ data }) => data.length)).toEqual([10_000_000]);
});

it('has a message without data in the dead letters, with its id', async () => {
  expect(await push({ data: '', attributes: { a: 'b' }, messageId: '4713' })).toBe(204);
  expect(deadLetters).toMatchObject([{ messageId: '4713', attributes: { a: 'b' }, field: 'operation' }]);
});
