/** Ahead of the disk, the store answers from its memory. Each answer must equal that of the rows. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import type { Connection } from '../../local/sqlite/connection.ts';
import { type SqliteStore, sqliteStore } from '../../local/sqlite/store.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import type { SpawnedChild } from '../../shared/lifecycle/spawn.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import {
  beginWait,
  begun,
  changeOf,
  childrenOf,
  countsOf,
  endWait,
  finish,
  newName,
  openWait,
  put,
  running,
  tallyOf,
  waitingFor,
} from './fixtures.ts';

/** The store of one process. */
interface Process {
  readonly connection: Connection;
  readonly queue: CommitQueue;
  readonly store: SqliteStore;
}

let folder = '';
let processes: Process[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-cached-'));
});
afterEach(async () => {
  for (const { store, queue, connection } of processes) {
    await store.close();
    queue.close();
    connection.close();
  }
  processes = [];
  await rm(folder, { recursive: true });
});

function start(): Process {
  const connection = openThreadedConnection(join(folder, 'store.db'));
  const queue = new CommitQueue(connection);
  const started = { connection, queue, store: sqliteStore(connection, queue) };
  processes.push(started);
  return started;
}

/** A store ahead of the disk, in an open transaction. */
async function inTransaction({ store, queue }: Process): Promise<OperationStore> {
  const ahead = store.ahead(queue.lead);
  await put(ahead, running(newName()));
  return ahead;
}

it('the counts of an open wait are those of its rows, however its children end', async () => {
  const process = start();
  const ahead = await inTransaction(process);
  const [parent, one, two, three, gone] = [newName(), newName(), newName(), newName(), newName()];
  const wait = await beginWait(ahead, parent, [one, two, three, gone, 'foreign'], {}, { gone: [gone] });
  await finish(ahead, one);
  await finish(ahead, two, 'FAILED');
  await ahead.recordOutcomes(wait, [
    { key: 'foreign', outcome: 'CANCELLED' },
    { key: 'foreign', outcome: 'SUCCEEDED' },
    { key: one, outcome: 'FAILED' },
  ]);
  const counts = { PENDING: 1, SUCCEEDED: 1, FAILED: 1, CANCELLED: 1, NOT_FOUND: 1 };
  expect(await countsOf(ahead, wait)).toEqual(counts);
  expect(await tallyOf(ahead, wait)).toEqual({ pending: 1, succeeded: 1, unsuccessful: 3 });
  process.queue.flush();
  const other = start().store;
  expect(await countsOf(other, wait)).toEqual(counts);
  expect(await childrenOf(ahead, wait)).toEqual(await childrenOf(other, wait));
});

it('the end of a child returns the waits that have begun since its creation, without those that have ended', async () => {
  const ahead = await inTransaction(start());
  const child = newName();
  const [first, second] = [newName(), newName()];
  await ahead.commit({ operation: child, waits: true }, () => undefined);
  const over = await beginWait(ahead, first, [child]);
  const open = await beginWait(ahead, second, [child]);
  await endWait(ahead, over);
  const { waits } = await finish(ahead, child);
  expect(waits.map(({ operation, waitId }) => ({ operation, waitId }))).toEqual([
    { operation: second, waitId: open.waitId },
  ]);
  expect(await tallyOf(ahead, open)).toMatchObject({ pending: 0, succeeded: 1 });
});

it('the counts of a wait contain nothing of a transaction that was rolled back', async () => {
  const process = start();
  const { queue, connection } = process;
  const child = newName();
  const wait = await beginWait(await inTransaction(process), newName(), [child]);
  queue.flush();
  const ahead = await inTransaction(process);
  await finish(ahead, child);
  expect(await tallyOf(ahead, wait)).toMatchObject({ pending: 0 });
  const broken = () => {
    connection.noteWrite();
    throw new Error('A row cannot be written.');
  };
  expect(() => queue.runAhead(queue.lead, broken)).toThrow('A row cannot be written.');
  const after = await inTransaction(process);
  expect(await tallyOf(after, wait)).toMatchObject({ pending: 1, succeeded: 0 });
  expect((await finish(after, child)).waits).toHaveLength(1);
});

it('a wait counts a spawned child whose last event arrived before the wait', async () => {
  const process = start();
  const ahead = await inTransaction(process);
  const [parent, early, late] = [newName(), newName(), newName()];
  await finish(ahead, early);
  const spawn = [early, late].map(
    (name): SpawnedChild => ({ name, key: name, creation: { method: 'acme.v1.Work', parent, labels: {} } }),
  );
  const wait = openWait(parent, 2);
  await ahead.commit({ operation: parent, eventId: wait.waitId, names: [early, late] }, () =>
    changeOf(waitingFor(running(parent), wait), wait.waitId, {
      begun: begun(wait, [early, late], { spawn }),
    }),
  );
  await ahead.catchUpChildren(wait);
  expect(await tallyOf(ahead, wait)).toMatchObject({ pending: 1, succeeded: 1 });
});
