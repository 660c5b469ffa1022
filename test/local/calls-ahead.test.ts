/** Calls of the Operations API on the embedded system with its data on disk: they are decided ahead of commits. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOperations } from 'lro-orchestrator';
import { serve } from 'lro-orchestrator/worker';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { Connection } from '../../local/sqlite/connection.ts';
import { openDatabase } from '../../local/sqlite/open-database.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';
import { fanOutWorkers, report } from '../worker/served-operations.ts';

const PAGES = ['0', '1', '2', '3', '4', '5'];
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

let data = '';
let system: LocalSystem | undefined;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'lro-calls-ahead-'));
});
afterEach(async () => {
  await system?.stop();
  system = undefined;
  await rm(data, { recursive: true });
});

/** What the test does to the disk. */
interface Disk {
  commits: number;
  syncs: number;
  /** How many of the next commits fail. */
  failing: number;
  /** Every how many commits one fails, while `failing` is above 0. */
  share: number;
  /** Synchronizations wait for it. */
  gate: Promise<void>;
}

async function startOn(disk: Disk): Promise<LocalSystem> {
  const connect = (file: string | undefined): Connection => {
    const connection = openDatabase(file);
    return {
      ...connection,
      commit: () => {
        disk.commits += 1;
        if (disk.failing > 0 && disk.commits % disk.share === 0) {
          disk.failing -= 1;
          throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
        }
        connection.commit();
      },
      sync: () => {
        disk.syncs += 1;
        return disk.gate.then(() => connection.sync());
      },
    };
  };
  system = await startEmbeddedSystem({ push: true, data, logLevel: 'silent', connect });
  return system;
}

interface Answer {
  readonly name?: string;
  readonly receivedMessages?: { message: { attributes: Record<string, string> } }[];
}

const newDisk = (): Disk => ({ commits: 0, syncs: 0, failing: 0, share: 1, gate: Promise.resolve() });

async function post(path: string, body: object): Promise<{ status: number; body: Answer }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${system?.url}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

it('answers a call, and delivers what follows from it, only once the disk has it', async () => {
  const disk = newDisk();
  const { url } = await startOn(disk);
  let open = () => {};
  disk.gate = new Promise((resolve) => {
    open = resolve;
  });
  const before = disk.syncs;
  let answered = false;
  const created = post('/v1/operations', { operationId: 'a', method: 'test.Child', dispatch: {} });
  void created.then(() => {
    answered = true;
  });
  const refused = post('/v1/operations', { operationId: 'a', method: 'test.Other' });
  void refused.then(() => {
    answered = true;
  });
  await until('the commit to be under way', () => disk.syncs > before);
  const pull = (body: object) =>
    post('/v1/projects/local/subscriptions/operation-signals-local:pull', { maxMessages: 1, ...body });
  expect((await pull({ returnImmediately: true })).body).toEqual({});
  expect((await fetch(`${url}/openapi.json`)).status).toBeGreaterThan(0);
  expect(answered).toBe(false);
  open();
  // The two came at one moment, so either may be the first.
  expect([(await created).status, (await refused).status].sort()).toEqual([200, 409]);
});

it('takes a call and what follows from it to the disk together', async () => {
  const disk = newDisk();
  await startOn(disk);
  await post('/v1/operations', { operationId: 'p', method: 'test.Parent' });
  await post('/v1/operations/p:apply', {
    waiting: { spawn: [{ operationId: 'p.a', method: 'test.Child' }], resumePoint: 'collect' },
  });
  const before = disk.commits;
  await post('/v1/operations/p.a:apply', { attempt: '1', worker: 'w', succeeded: {} });
  // Its end, the end of its parent's wait, and the signals. What is only tidied up may come in one of its own.
  expect(disk.commits - before).toBeLessThanOrEqual(2);
  const { body } = await post('/v1/projects/local/subscriptions/operation-signals-local:pull', {
    maxMessages: 10,
  });
  const signals = body.receivedMessages?.map(({ message }) => message.attributes.signal);
  expect(signals).toContain('RESUME');
});

it('creates an operation whose commit failed at first, though its request has no id', async () => {
  const disk = newDisk();
  await startOn(disk);
  disk.failing = 1;
  const { status, body } = await post('/v1/operations', { operationId: 'a', method: 'test.Child' });
  expect([status, body.name]).toEqual([200, 'operations/a']);
  expect(disk.failing).toBe(0);
});

it.each([1, 2, 3])(
  'loses and doubles nothing of what workers do if commit %i fails',
  async (share) => {
    const disk = newDisk();
    const { url } = await startOn(disk);
    const lro = createOperations({ url });
    const serving = await serve(fanOutWorkers, { url, handleSignals: false, log: SILENT });
    try {
      disk.share = share;
      disk.commits = 0;
      disk.failing = 1;
      const names = Array.from({ length: 5 }, (_, index) => `p${index}`);
      const handles = await Promise.all(
        names.map((operationId) => lro.create(report, { pages: PAGES }, { operationId })),
      );
      const results = await Promise.all(handles.map((handle) => handle.result({ timeout: '60s' })));
      expect(results).toEqual(names.map(() => ({ urls: PAGES.map((page) => `u/${page}`) })));
      expect(disk.failing).toBe(0);
    } finally {
      await serving.stop();
    }
    await system?.stop();
    system = undefined;
    const connection = openDatabase(join(data, 'lro.db'));
    const twice = connection
      .query<[string]>('SELECT event_id FROM history GROUP BY operation, event_id HAVING COUNT(*) > 1')
      .all([]);
    expect(twice).toEqual([]);
    connection.close();
  },
  60_000,
);
