/**
 * The embedded system on a disk that refuses single statements, as a full one does: at a read or a write, with the statement undone
 * or with the whole transaction rolled back by SQLite (https://www.sqlite.org/lang_transaction.html#immediate).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { Connection } from '../../local/sqlite/connection.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import { readCompletion, readSignal } from '../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';
import { seeded } from '../../testing/explore/seeded.ts';

const PARENTS = 3;
const CHILDREN = 6;
const SEEDS = Number(process.env.SEEDS ?? 6);
const FIRST_SEED = Number(process.env.FIRST_SEED ?? 1);

/** Statements fail with this probability while `left` is above 0. */
function faultyConnection(random: () => number) {
  const faults = { left: 0, share: 0 };
  const connect = (file: string | undefined): Connection => {
    const connection = openDatabase(file);
    const guarded = <T>(run: () => T): T => {
      if (faults.left > 0 && random() < faults.share) {
        faults.left -= 1;
        if (random() < 0.5) connection.rollback();
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      }
      return run();
    };
    return {
      ...connection,
      query: (sql) => {
        const query = connection.query<never>(sql);
        return {
          first: (values) => guarded(() => query.first(values)),
          all: (values) => guarded(() => query.all(values)),
          firstSettled: (values) => guarded(() => query.firstSettled(values)),
          allSettled: (values) => guarded(() => query.allSettled(values)),
        };
      },
      command: (sql) => {
        const command = connection.command(sql);
        return { run: (values) => guarded(() => command.run(values)) };
      },
      commit: () => guarded(() => connection.commit()),
    };
  };
  return { faults, connect };
}

const seeds = Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index);

it.each(seeds)('loses and doubles nothing, and goes on (seed %i)', async (seed) => {
  const data = await mkdtemp(join(tmpdir(), 'lro-statements-'));
  const random = seeded(seed);
  const { faults, connect } = faultyConnection(random);
  const system = await startEmbeddedSystem({ push: true, data, logLevel: 'silent', connect });
  const resumed = new Map<string, Set<string>>();
  const completed = new Map<string, Set<string>>();
  const note = (map: Map<string, Set<string>>, name: string, id: string) => {
    map.set(name, (map.get(name) ?? new Set()).add(id));
  };
  let number = 0;
  const until = async (call: () => Promise<unknown>) => {
    for (;;) {
      try {
        return await call();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
  };
  const send = (operation: string, event: object) => {
    const message = Buffer.from(JSON.stringify({ operation, eventId: `event-${++number}`, ...event }));
    return until(() => system.publish(message));
  };
  await system.follow(DEFAULT_TOPICS.signals, async (message) => {
    const { operation, eventId } = readSignal(message);
    note(resumed, operation, eventId);
    await send(operation, { succeeded: {} });
  });
  await system.follow(DEFAULT_TOPICS.completions, async (message) => {
    const { operation, eventId } = readCompletion(message);
    note(completed, operation, eventId);
  });

  faults.share = 0.002 + random() * 0.05;
  faults.left = 1 + Math.floor(random() * 4);
  const parents = Array.from({ length: PARENTS }, (_, index) => `operations/parent-${index}`);
  const names = parents.flatMap((parent) => [
    parent,
    ...Array.from({ length: CHILDREN }, (_, index) => `${parent}-${index}`),
  ]);
  // What a client has been shown of an operation holds.
  const shown = new Set<string>();
  let isOver = false;
  const read = async (name: string) => {
    const response = await fetch(`${system.operationsUrl}/v1/${name}`);
    const body = (await response.json()) as { done?: boolean };
    if (response.status >= 500) return;
    if (response.status === 404) expect(shown.has(`${name} is there`), `${name} is gone`).toBe(false);
    if (response.ok) shown.add(`${name} is there`);
    if (body.done) shown.add(`${name} is done`);
    else expect(shown.has(`${name} is done`), `${name} is not done any more`).toBe(false);
  };
  const reader = (async () => {
    while (!isOver) for (const name of names) await read(name);
  })();
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
  await expect.poll(() => [...completed.keys()].sort()).toEqual([...names].sort());
  isOver = true;
  await reader;
  faults.left = 0;
  expect([...completed.values()].every(({ size }) => size === 1)).toBe(true);
  expect([...resumed.keys()].sort()).toEqual(parents);
  expect([...resumed.values()].every(({ size }) => size === 1)).toBe(true);
  await system.stop();

  const connection = openDatabase(join(data, 'lro.db'));
  const rows = (sql: string) => connection.query<[string]>(sql).all([]);
  expect(rows('SELECT operation FROM history WHERE operation NOT IN (SELECT id FROM operations)')).toEqual(
    [],
  );
  expect(rows('SELECT operation FROM waits WHERE operation NOT IN (SELECT name FROM operations)')).toEqual(
    [],
  );
  expect(rows('SELECT child FROM pending_children')).toEqual([]);
  expect(
    rows(
      "SELECT name FROM operations WHERE state = 'SUCCEEDED' AND id NOT IN (SELECT operation FROM history WHERE type = 'succeeded')",
    ),
  ).toEqual([]);
  expect(rows('PRAGMA integrity_check')).toEqual([['ok']]);
  connection.close();
  await rm(data, { recursive: true });
});
