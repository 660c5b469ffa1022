/** An event that SQLite cannot store fails each transaction that it is in. The events and calls beside it must not notice. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { Connection } from '../../local/sqlite/connection.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';
import { until } from '../setup/until.ts';

let data = '';
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'lro-poison-'));
});
afterEach(() => rm(data, { recursive: true }));

const OTHERS = 30;

/** Refuses each statement that writes a value with this beginning, as a broken constraint does. */
function refusing(beginning: string) {
  return (file: string | undefined): Connection => {
    const connection = openDatabase(file);
    return {
      ...connection,
      command: (sql) => {
        const command = connection.command(sql);
        return {
          run: (values) => {
            if (
              sql.startsWith('INSERT INTO history') &&
              values.some((one) => String(one).startsWith(beginning))
            )
              throw Object.assign(new Error('CHECK constraint failed'), { code: 'SQLITE_CONSTRAINT_CHECK' });
            return command.run(values);
          },
        };
      },
    };
  };
}

it('is dead-lettered, while others beside it are applied, answered and read', async () => {
  const system = await startEmbeddedSystem({
    ...{ push: true, data, logLevel: 'silent', connect: refusing('poison') },
  });
  const dead: string[] = [];
  await system.follow(DEFAULT_TOPICS.deadLetters, async (message) => {
    dead.push(Buffer.from(message.data).toString());
  });
  const publish = (operation: string, eventId: string) =>
    system.publish(Buffer.from(JSON.stringify({ operation, eventId, created: { method: 'test.A' } })));
  const statuses: number[] = [];
  const call = async (path: string, body?: object): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const init = body && { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${system.url}/v1/${path}`, init);
    await response.text();
    statuses.push(response.status);
    return response.status;
  };
  await publish('operations/known', 'known');
  const round = (number: number) => [
    publish(`operations/bad-${number}`, `poison-${number}`),
    publish(`operations/event-${number}`, `event-${number}`),
    call('operations', { operationId: `call-${number}`, requestId: `call-${number}`, method: 'test.A' }),
    call('operations/known'),
    call('operations?pageSize=5'),
    call(`operations/event-${number}`),
  ];
  await Promise.all(Array.from({ length: OTHERS }, (_, number) => round(number)).flat());
  for (let number = 0; number < OTHERS; number++) {
    for (const name of [`operations/event-${number}`, `operations/call-${number}`]) {
      await until(name, async () => (await call(name)) === 200);
    }
  }
  await until('the dead letters', () => new Set(dead).size === OTHERS);
  expect(await call('operations/bad-0')).toBe(404);
  expect([...new Set(statuses)].sort()).toEqual([200, 404]);
  await system.stop();
});
