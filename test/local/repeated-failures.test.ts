/** The embedded system after several failed commits: calls are repeated, and the system is stopped. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { Connection } from '../../local/sqlite/connection.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';

let data = '';
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'lro-outbox-'));
});
afterEach(() => rm(data, { recursive: true }));

/** Which commits fail: each with the beginnings of the statements that its transaction ran. */
type Fails = (statements: readonly string[]) => boolean;

async function startOnFaultyDisk() {
  let fails: Fails = () => false;
  const connect = (file: string | undefined): Connection => {
    const connection = openDatabase(file);
    let statements: string[] = [];
    return {
      ...connection,
      begin: () => {
        statements = [];
        connection.begin();
      },
      command: (sql) => {
        const command = connection.command(sql);
        return {
          run: (values) => {
            statements.push(sql);
            return command.run(values);
          },
        };
      },
      commit: () => {
        if (fails(statements)) {
          throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
        }
        connection.commit();
      },
    };
  };
  const system = await startEmbeddedSystem({ push: true, data, logLevel: 'silent', connect });
  return {
    system,
    failFromNow: (which: Fails) => {
      fails = which;
    },
  };
}

/** The first commits that run a statement with this beginning fail. */
function failing(count: number, beginning: string): Fails {
  let left = count;
  return (statements) => left > 0 && statements.some((sql) => sql.startsWith(beginning)) && left-- > 0;
}

async function create(system: LocalSystem, operationId: string): Promise<number> {
  const response = await fetch(`${system.url}/v1/operations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operationId, requestId: operationId, method: 'test.Child', dispatch: {} }),
  });
  await response.text();
  return response.status;
}

async function signalled(system: LocalSystem): Promise<readonly (string | undefined)[]> {
  const response = await fetch(`${system.url}/v1/projects/local/subscriptions/operation-signals-local:pull`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ maxMessages: 100, returnImmediately: true }),
  });
  const { receivedMessages = [] } = (await response.json()) as {
    receivedMessages?: { message: { attributes: Record<string, string> } }[];
  };
  return receivedMessages.map(({ message }) => message.attributes.operation);
}

/** Shorter than the 30 seconds after which another call takes over the effects of one that has failed. */
const SOON_MS = 15_000;

it.each([
  [1, 'INSERT INTO bus_backlog'],
  [3, 'INSERT INTO bus_backlog'],
  [1, 'DELETE FROM outbox'],
  [3, 'DELETE FROM outbox'],
  [2, 'UPDATE outbox'],
])(
  'carries out the effects of a call soon if %i commits with %s fail after an earlier failure, and answers its repetition',
  async (count, beginning) => {
    const { system, failFromNow } = await startOnFaultyDisk();
    try {
      failFromNow(failing(1, 'INSERT INTO operations'));
      expect(await create(system, 'a')).toBe(200);
      await until('its START', async () => (await signalled(system)).includes('operations/a'), SOON_MS);
      const [publishes, others] = [failing(1, 'INSERT INTO bus_backlog'), failing(count, beginning)];
      failFromNow((statements) => (count > 1 && publishes(statements)) || others(statements));
      const first = await create(system, 'b');
      await until('the START', async () => (await signalled(system)).includes('operations/b'), SOON_MS);
      await until('an answer', async () => (await create(system, 'b')) === 200, SOON_MS);
      expect([200, 503]).toContain(first);
    } finally {
      failFromNow(() => false);
      await system.stop();
    }
  },
  60_000,
);

it('stops, releases the folder and closes the port although the disk is full', async () => {
  const { system, failFromNow } = await startOnFaultyDisk();
  expect(await create(system, 'a')).toBe(200);
  failFromNow(() => true);
  expect(await create(system, 'b')).toBe(503);
  await system.stop();
  await expect(fetch(`${system.url}/v1/operations/a`)).rejects.toThrow();
  expect(existsSync(join(data, 'holder.json'))).toBe(false);
  const again = await startEmbeddedSystem({ push: true, data, logLevel: 'silent' });
  const states = await Promise.all(
    ['a', 'b'].map(async (id) => (await fetch(`${again.url}/v1/operations/${id}`)).status),
  );
  await again.stop();
  expect(states).toEqual([200, 404]);
});

it.each([0, 1, 2, 3])(
  'creates one operation if a create is repeated before it is durable, alone and in a batch, and %i commits fail',
  async (count) => {
    const { system, failFromNow } = await startOnFaultyDisk();
    const post = async (path: string, body: object): Promise<unknown> => {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(`${system.url}/v1/${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return response.json();
    };
    const request = { requestId: 'r', method: 'test.Child', dispatch: {} };
    const alone = async () => ((await post('operations', request)) as { name?: string }).name;
    const inBatch = async () => {
      const { answers } = (await post('operations:batch', {
        calls: [{ create: request }, { create: request }],
      })) as { answers: { operation?: { name?: string } }[] };
      const names = answers.map(({ operation }) => operation?.name);
      return names.every((name) => name === names[0]) ? names[0] : undefined;
    };
    let left = count;
    failFromNow((statements) => statements.length > 0 && left-- > 0);
    const calls = [alone, inBatch, alone, inBatch];
    const names = await Promise.all(calls.map((call) => until('an answer', call, SOON_MS)));
    expect(new Set(names).size).toBe(1);
    failFromNow(() => false);
    await system.stop();
    const connection = openDatabase(join(data, 'lro.db'));
    const rows = connection.query<[number]>(
      'SELECT COUNT(*) FROM operations UNION ALL SELECT COUNT(*) FROM history',
    );
    expect(rows.all([])).toEqual([[1], [1]]);
    connection.close();
  },
  60_000,
);
