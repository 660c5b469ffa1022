/** What the store says while the disk has not taken it yet, and after the disk has refused it. */
import { copyFile, mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import type { Connection } from '../../local/sqlite/connection.ts';
import { openSqliteStore, sqliteStore } from '../../local/sqlite/store.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import type { ObservableStore } from '../../shared/orchestrator/ports/observable-store.ts';
import { newName, put, putEffects, running } from './fixtures.ts';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-sync-'));
  file = join(folder, 'store.db');
});
afterEach(() => rm(folder, { recursive: true }));

interface HeldDisk {
  readonly store: ObservableStore;
  readonly connection: Connection;
  /** The synchronizations that are under way. */
  readonly held: { finish(): void; fail(): void }[];
  /** From now on synchronizations are held. */
  hold(): void;
  close(): Promise<void>;
}

/** A store on a disk whose synchronizations the test ends. */
function onHeldDisk(): HeldDisk {
  const connection = openThreadedConnection(file);
  const held: HeldDisk['held'] = [];
  let holds = false;
  const queue = new CommitQueue({
    ...connection,
    sync: () =>
      holds
        ? new Promise<void>((resolve, reject) => {
            held.push({
              finish: resolve,
              fail: () => reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' })),
            });
          })
        : connection.sync(),
  });
  const store = sqliteStore(connection, queue);
  return {
    ...{ store, connection, held },
    hold: () => {
      holds = true;
    },
    async close() {
      await store.close();
      connection.close();
    },
  };
}

/** What the promise has come to by now, after the event loop has gone round. */
async function stateOf(promise: Promise<unknown>): Promise<'open' | 'fulfilled' | 'rejected'> {
  let state: 'open' | 'fulfilled' | 'rejected' = 'open';
  promise.then(
    () => {
      state = 'fulfilled';
    },
    () => {
      state = 'rejected';
    },
  );
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setImmediate(resolve));
  return state;
}

/** The first queued work of a store, its expiry, is done. */
async function settled({ store }: HeldDisk): Promise<void> {
  await put(store, running(newName()));
}

it('answers a commit only once it is durable', async () => {
  const disk = onHeldDisk();
  await settled(disk);
  disk.hold();
  const commit = put(disk.store, running(newName()));
  expect(await stateOf(commit)).toBe('open');
  disk.held[0]?.finish();
  await commit;
  await disk.close();
});

it('answers a read only once the data that it read is durable', async () => {
  const disk = onHeldDisk();
  await settled(disk);
  disk.hold();
  const name = newName();
  const commit = put(disk.store, running(name));
  expect(await stateOf(commit)).toBe('open');
  const reads = [disk.store.operation(name), disk.store.operations([name]), disk.store.history(name, 1)];
  expect(await Promise.all(reads.map(stateOf))).toEqual(['open', 'open', 'open']);
  // No write of another operation can be rolled back.
  expect(await disk.store.operation(newName())).toBeUndefined();
  disk.held[0]?.finish();
  const [operation] = await Promise.all(reads);
  expect(operation).toEqual(running(name));
  await commit;
  await disk.close();
});

it('commits tasks that arrive during a synchronization in one transaction', async () => {
  const disk = onHeldDisk();
  await settled(disk);
  disk.hold();
  const first = put(disk.store, running(newName()));
  expect(await stateOf(first)).toBe('open');
  const others = [];
  for (let index = 0; index < 3; index++) {
    others.push(put(disk.store, running(newName())));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(disk.held).toHaveLength(1);
  disk.held[0]?.finish();
  await first;
  await expect.poll(() => disk.held).toHaveLength(2);
  expect(await Promise.all(others.map(stateOf))).toEqual(['open', 'open', 'open']);
  disk.held[1]?.finish();
  await Promise.all(others);
  await disk.close();
});

it('does not wait for the disk to remove an outbox entry, because a lost removal only repeats the effect', async () => {
  const disk = onHeldDisk();
  const name = newName();
  await putEffects(disk.store, name, { kind: 'publishCompletion' });
  disk.hold();
  await disk.store.removeEffects(name, [{ kind: 'publishCompletion' }]);
  expect(await disk.store.outbox(name)).toEqual([]);
  expect(disk.held).toHaveLength(0);
  await disk.close();
});

it('refuses writes and reads after a failed synchronization, and is consistent when it is opened again', async () => {
  const disk = onHeldDisk();
  const [before, failed, late] = [newName(), newName(), newName()];
  await put(disk.store, running(before));
  disk.hold();
  const commit = put(disk.store, running(failed));
  expect(await stateOf(commit)).toBe('open');
  const waiting = [put(disk.store, running(late)), disk.store.operation(failed)];
  disk.held[0]?.fail();
  for (const refused of [commit, ...waiting]) {
    await expect(refused).rejects.toMatchObject({ kind: 'unavailable', message: /EIO/ });
  }
  await expect(put(disk.store, running(late))).rejects.toMatchObject({ kind: 'unavailable' });
  await expect(disk.store.operation(before)).rejects.toMatchObject({ kind: 'unavailable' });
  await disk.close();

  const store = await openSqliteStore({ file });
  expect(await store.operation(before)).toEqual(running(before));
  expect(await store.operation(late)).toBeUndefined();
  await put(store, running(late));
  expect(await store.history(late, 5)).toHaveLength(1);
  await store.close();
});

it('keeps acknowledged commits, and nothing of a last commit that a power failure has torn', async () => {
  const disk = onHeldDisk();
  const [kept, torn] = [newName(), newName()];
  await put(disk.store, running(kept));
  disk.hold();
  const commit = put(disk.store, running(torn));
  await expect.poll(() => disk.held).toHaveLength(1);
  disk.connection.settle();
  expect(await stateOf(commit)).toBe('open');
  disk.connection.settle();
  const copy = join(folder, 'copy.db');
  await copyFile(file, copy);
  await copyFile(`${file}-wal`, `${copy}-wal`);
  await truncate(`${copy}-wal`, (await stat(`${copy}-wal`)).size - 100);
  disk.held[0]?.finish();
  await commit;
  await disk.close();

  const store = await openSqliteStore({ file: copy });
  expect(await store.operation(kept)).toEqual(running(kept));
  expect(await store.operation(torn)).toBeUndefined();
  expect(await store.history(torn, 5)).toEqual([]);
  await store.close();
});

it('refuses commits while the disk is full, and accepts them once there is room', async () => {
  const disk = onHeldDisk();
  const [before, refused] = [newName(), newName()];
  await put(disk.store, running(before));
  disk.connection.execute('PRAGMA max_page_count = 1');
  const large = running(refused, { checkpoint: undefined });
  const results = await Promise.allSettled(
    Array.from({ length: 400 }, (_, index) =>
      put(disk.store, large, {}, `event-${index}-${'x'.repeat(500)}`),
    ),
  );
  const failures = results.filter(({ status }) => status === 'rejected');
  expect(failures.length).toBeGreaterThan(0);
  for (const failure of failures) {
    expect(failure).toMatchObject({ reason: { kind: 'unavailable' } });
  }
  disk.connection.execute('PRAGMA max_page_count = 1073741823');
  const name = newName();
  await put(disk.store, running(name));
  for (const each of [before, name]) expect(await disk.store.operation(each)).toEqual(running(each));
  const lines = await disk.store.history(refused, 1_000);
  expect(lines).toHaveLength(results.length - failures.length);
  await disk.close();
});
