/** The data of an earlier release goes on: a database of SQLite that it wrote, kept as a file. See earlier-release/README.md. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../executor/index.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import type { LocalSystem } from '../../local/system.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import { Observer } from '../end-to-end/observer.ts';
import { childrenOf } from './fixtures.ts';

const DATA = new URL('./earlier-release/lro.db.gz', import.meta.url);
/** When all of it was written. */
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

describe('a data folder of an earlier release', () => {
  let folder = '';
  const systems: LocalSystem[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lro-earlier-'));
    await writeFile(join(folder, 'lro.db'), gunzipSync(await readFile(DATA)));
  });
  afterEach(async () => {
    for (const system of systems.splice(0)) await system.stop();
    await rm(folder, { recursive: true });
  });

  const openStore = () => openSqliteStore({ file: join(folder, 'lro.db'), now: () => START });

  async function start(clock: VirtualClock) {
    const system = await startEmbeddedSystem({ push: true, data: folder, clock, logLevel: 'silent' });
    systems.push(system);
    const observer = await Observer.of(system);
    const operation = (id: string) => system.lifecycle.operation(operationName(id));
    return { system, observer, operation };
  }

  /** The operations of the completions that wait in the local subscription. */
  async function completions(system: LocalSystem): Promise<readonly string[]> {
    const url = `${system.url}/v1/projects/p/subscriptions/operation-completions-local:pull`;
    const body = JSON.stringify({ maxMessages: 100 });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body });
    const { receivedMessages = [] } = (await answer.json()) as {
      receivedMessages?: { message: { attributes: Record<string, string> } }[];
    };
    return receivedMessages.map(({ message }) => message.attributes.operation ?? '');
  }

  it('has its operations in every state, without attempts', async () => {
    const store = await openStore();
    const names = ['finished', 'failed', 'cancelled', 'deleted', 'running', 'parent'].map(operationName);
    const found = await store.operations(names);
    expect(names.map((name) => found.get(name)?.state)).toEqual([
      ...['SUCCEEDED', 'FAILED', 'CANCELLED', 'DELETED', 'RUNNING', 'WAITING'],
    ]);
    for (const operation of found.values()) {
      expect(operation).toMatchObject({ attempts: [], resumption: { kind: 'START' }, keptNotifications: 0 });
    }
    expect(found.get(operationName('running'))).toMatchObject({
      ...{ handover: { kind: 'UNWATCHED' }, tries: 1, resumePoint: { value: 'third' } },
      creation: { value: { method: 'acme.v1.Work' } },
    });
    expect(await store.history(operationName('running'), 5)).toHaveLength(2);
    await store.close();
  });

  it('has its open waits due when their sleep ends, or at their deadline', async () => {
    const store = await openStore();
    const due = await store.dueOperations(START + 1_000 * HOUR, 10);
    expect(due.map(({ name, dueTime }) => [name, (dueTime - START) / HOUR])).toEqual([
      [operationName('sleeper'), 1],
      [operationName('late'), 2],
      [operationName('asks'), 72],
      [operationName('parent'), 240],
      [operationName('again'), 480],
    ]);
    await store.close();
  });

  it('lists the children of its waits by name', async () => {
    const store = await openStore();
    const [open] = await store.waits(operationName('parent'), 0, 5);
    const children = ['parent.one', 'parent.three', 'parent.two'].map(operationName);
    expect(open && (await childrenOf(store, open.wait))).toEqual(
      children.map((key, index) => ({ key, outcome: index === 0 ? 'SUCCEEDED' : 'PENDING' })),
    );
    expect(open && (await childrenOf(store, open.wait, { outcome: 'PENDING', limit: 1 }))).toEqual([
      { key: children[1], outcome: 'PENDING' },
    ]);
    const waits = await store.waits(operationName('again'), 0, 5);
    expect(waits.map(({ wait }) => wait.end?.kind)).toEqual([undefined, 'RESUMED']);
    await store.close();
  });

  it('continues: children and deadlines end waits, and outstanding effects are delivered', async () => {
    const clock = new VirtualClock({ start: START + 1_000, auto: false });
    const { system, observer, operation } = await start(clock);
    expect(await completions(system)).toContain(operationName('owing'));

    await operation('parent.two').succeed();
    await operation('parent.three').fail({ code: 9, message: 'no' });
    const joined = await observer.signal(operationName('parent'));
    expect(joined).toMatchObject({ cause: 'CHILDREN', resumePoint: 'joined' });
    expect(joined.children?.counts).toEqual({ SUCCEEDED: 2, FAILED: 1 });
    await operation('parent').succeed();
    expect((await observer.completion(operationName('parent'))).operation).toBe(operationName('parent'));

    await fetch(`${system.url}/v1/${operationName('asks')}:cancel`, { method: 'POST' });
    expect((await observer.signal(operationName('asks'))).cause).toBe('CANCEL');

    await clock.advance(2 * HOUR);
    expect((await observer.signal(operationName('sleeper'))).cause).toBe('SLEEP');
    await clock.advance(3 * HOUR);
    expect((await observer.signal(operationName('late'))).cause).toBe('DEADLINE');
    expect(observer.signals(operationName('again'))).toEqual([]);
    expect(observer.deadLetters).toEqual([]);
  });
});
