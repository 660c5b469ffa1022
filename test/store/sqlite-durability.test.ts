import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { runProgram } from '../setup/run-program.ts';
import {
  beginWait,
  changeOf,
  finish,
  NOW,
  newName,
  put,
  putEffects,
  running,
  succeeded,
} from './fixtures.ts';

/** Kills a process that commits once it has been told of so many commits; all that it was told of. */
async function killWhileCommitting(file: string, from: number, after: number): Promise<OperationName[]> {
  const writer = spawn(process.execPath, runProgram('test/store/committing-writer.ts', file, String(from)), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(writer, 'exit');
  const acknowledged: OperationName[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged.push(line as OperationName);
    if (acknowledged.length === after) writer.kill('SIGKILL');
  }
  await exit;
  return acknowledged;
}

describe('SQLite on disk', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lro-durable-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('loses nothing that it acknowledged when the process is killed, again and again', async () => {
    const file = join(folder, 'store.db');
    const acknowledged: OperationName[] = [];
    for (const after of [40, 300, 7]) {
      acknowledged.push(...(await killWhileCommitting(file, acknowledged.length * 10, after)));
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(347);
    const store = await openSqliteStore({ file });
    for (const name of acknowledged) {
      expect(await store.operation(name)).toEqual(running(name));
      expect(await store.outbox(name)).toHaveLength(1);
      expect(await store.history(name, 5)).toHaveLength(1);
    }
    await store.close();
  });

  it('has its data and its schema when it is opened again', async () => {
    const file = join(folder, 'store.db');
    const names = [newName(), newName()];
    for (const name of names) {
      const store = await openSqliteStore({ file });
      await put(store, running(name));
      await store.close();
    }
    const store = await openSqliteStore({ file });
    for (const name of names) expect(await store.operation(name)).toEqual(running(name));
    await store.close();
  });

  it('has everything in the one file once it is closed', async () => {
    const file = join(folder, 'store.db');
    const store = await openSqliteStore({ file });
    const name = newName();
    await put(store, running(name));
    await store.close();
    await copyFile(file, join(folder, 'copy.db'));
    const copy = await openSqliteStore({ file: join(folder, 'copy.db') });
    expect(await copy.operation(name)).toEqual(running(name));
    await copy.close();
  });

  it('does not build on what another process wrote since: the write is refused as unavailable, and then succeeds', async () => {
    const file = join(folder, 'store.db');
    const [store, foreign] = [await openSqliteStore({ file }), await openSqliteStore({ file })];
    const name = newName();
    await put(store, running(name)).catch(() => put(store, running(name)));
    await countUp(store, name);
    await countUp(foreign, name).catch(() => countUp(foreign, name));
    await expect(countUp(store, name)).rejects.toMatchObject({ kind: 'unavailable' });
    await countUp(store, name);
    expect((await store.operation(name))?.updateTime).toBe(running(name).updateTime + 3);
    await Promise.all([store.close(), foreign.close()]);
  });

  it('names the file and the reason if it cannot open a file', async () => {
    const opening = openSqliteStore({ file: join(folder, 'missing', 'store.db') });
    await expect(opening).rejects.toMatchObject({ name: 'Failure', message: /SQLite/ });
  });
});

/** One event that reads the operation and writes it with one more in `updateTime`. */
async function countUp(store: OperationStore, name: OperationName, eventId: string = randomUUID()) {
  await store.commit({ operation: name, eventId }, ({ operation }) =>
    changeOf(running(name, { updateTime: (operation?.updateTime ?? 0) + 1 }), eventId),
  );
}

describe('SQLite', () => {
  it('runs tasks again without any write of the rolled-back transaction', async () => {
    const store = await openSqliteStore();
    const name = newName();
    const results = await Promise.allSettled(
      ['a', 'b', 'b', 'c'].map((eventId) => countUp(store, name, eventId)),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect((await store.operation(name))?.updateTime).toBe(3);
    expect((await store.history(name, 10)).map(({ eventId }) => eventId)).toEqual(['c', 'b', 'a']);
    await store.close();
  });

  it('removes an expired operation with all its rows when it is opened', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lro-expiry-'));
    const file = join(folder, 'store.db');
    const store = await openSqliteStore({ file, now: () => NOW });
    const [gone, active, child] = [newName('gone'), newName('active'), newName('child')];
    const wait = await beginWait(store, gone, [child, newName()]);
    await finish(store, child);
    await putEffects(store, active, { kind: 'publishCompletion' });
    await put(store, succeeded(running(gone)));
    await store.close();

    const later = await openSqliteStore({ file, now: () => NOW + 10_000_000 });
    // Behind what the start has queued.
    await later.removeEffects(active, []);
    expect(await later.operation(gone)).toBeUndefined();
    expect(await later.waits(gone, 0, 5)).toEqual([]);
    expect(await later.pendingChildren(wait, 5)).toEqual([]);
    expect(await later.outbox(gone)).toEqual([]);
    expect(await later.operation(active)).toEqual(running(active));
    await put(later, running(gone));
    expect(await later.history(gone, 10)).toHaveLength(1);
    await later.close();
    await rm(folder, { recursive: true });
  });
});
