/** The embedded system applies events ahead of the disk while some commits fail, as on a full disk. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { Connection } from '../../local/sqlite/connection.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import { readCompletion, readSignal } from '../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';

let data = '';
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'lro-rolled-back-'));
});
afterEach(() => rm(data, { recursive: true }));

const PARENTS = 4;
const CHILDREN = 12;

/** Publishes the event with the same id until the publish succeeds, as a client library does. */
async function until(publish: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await publish();
      return;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

it.each([1, 2, 3])('completes each operation once if one in %i commits fails', async (share) => {
  let commits = 0;
  let failing = 0;
  const connect = (file: string | undefined): Connection => {
    const connection = openDatabase(file);
    return {
      ...connection,
      commit: () => {
        if (failing > 0 && ++commits % share === 0) {
          failing -= 1;
          throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
        }
        connection.commit();
      },
    };
  };
  const system = await startEmbeddedSystem({ push: true, data, logLevel: 'silent', connect });
  const resumed: string[] = [];
  const completed = new Map<string, string>();
  let number = 0;
  const send = (operation: string, event: object) => {
    const message = Buffer.from(JSON.stringify({ operation, eventId: `event-${++number}`, ...event }));
    return until(() => system.publish(message));
  };
  await system.follow(DEFAULT_TOPICS.signals, async (message) => {
    const { operation, children } = readSignal(message);
    resumed.push(operation);
    expect(children.counts).toEqual({ SUCCEEDED: CHILDREN });
    await send(operation, { succeeded: {} });
  });
  await system.follow(DEFAULT_TOPICS.completions, async (message) => {
    const { operation } = readCompletion(message);
    completed.set(operation, operation);
  });

  failing = 2;
  const parents = Array.from({ length: PARENTS }, (_, index) => `operations/parent-${index}`);
  await Promise.all(
    parents.map(async (parent) => {
      const children = Array.from({ length: CHILDREN }, (_, index) => `${parent}-${index}`);
      await Promise.all([
        send(parent, { created: { method: 'test.Parent' } }),
        send(parent, { waiting: { childOperations: children } }),
        ...children.map(async (child) => {
          await send(child, { created: { method: 'test.Child', parent } });
          await send(child, { succeeded: {} });
        }),
      ]);
    }),
  );
  await expect.poll(() => completed.size).toBe(PARENTS * (CHILDREN + 1));
  expect(failing).toBe(0);
  expect(new Set(resumed)).toEqual(new Set(parents));
  const response = await fetch(`${system.operationsUrl}/v1/operations?filter=done%3Dtrue&pageSize=1000`);
  const { operations } = (await response.json()) as { operations: { name: string; error?: object }[] };
  expect(operations.filter(({ error }) => error === undefined)).toHaveLength(PARENTS * (CHILDREN + 1));
  await system.stop();

  const connection = openDatabase(join(data, 'lro.db'));
  const twice = connection
    .query<[string]>('SELECT event_id FROM history GROUP BY operation, event_id HAVING COUNT(*) > 1')
    .all([]);
  expect(twice).toEqual([]);
  connection.close();
});
