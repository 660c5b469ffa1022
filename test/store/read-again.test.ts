/** Reads of the SQLite store in a transaction that another task breaks. */
import { expect, it } from 'vitest';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { type Connection, openConnection } from '../../local/sqlite/connection.ts';
import { sqliteStore } from '../../local/sqlite/store.ts';
import { dispositionOf } from '../../shared/orchestrator/ports/failure.ts';
import { changeOf, newName, running } from './fixtures.ts';

/** A store whose history takes no event with the id `poison`, and the number of commits that are still to fail. */
function openStore() {
  const real = openConnection();
  const disk = { failing: 0 };
  const connection: Connection = {
    ...real,
    command: (sql) => {
      const command = real.command(sql);
      return {
        run: (values) => {
          if (values.includes('poison'))
            throw Object.assign(new Error('CHECK constraint failed'), { code: 'SQLITE_CONSTRAINT_CHECK' });
          return command.run(values);
        },
      };
    },
    commit: () => {
      if (disk.failing > 0) {
        disk.failing -= 1;
        throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
      }
      real.commit();
    },
  };
  const queue = new CommitQueue(connection);
  const store = sqliteStore(connection, queue);
  return {
    ...{ store, queue, disk },
    commit: (name: ReturnType<typeof newName>, eventId: string) =>
      store.commit({ operation: name, eventId }, () => changeOf(running(name), eventId)),
    async close() {
      await store.close();
      queue.close();
      real.close();
    },
  };
}

it('reads see only what is committed in the end, if another task breaks the transaction that they read', async () => {
  const { store, queue, commit, close } = openStore();
  const [kept, broken] = [newName(), newName()];
  await commit(kept, 'first');
  const committing = [commit(broken, 'poison'), commit(kept, 'second')];
  const settled = Promise.allSettled(committing);
  // Runs the two commits, and leaves their transaction open.
  const other = queue.runAtOnce(() => undefined);
  const [operations, history, outbox] = await Promise.all([
    store.operations([kept, broken]),
    store.history(kept, 10),
    store.outbox(kept),
  ]);
  await other;
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(history.map(({ eventId }) => eventId)).toEqual(['second', 'first']);
  expect(outbox).toEqual([]);
  expect([...operations.keys()]).toEqual([kept]);
  await close();
});

it('reads see only what is committed in the end, if the commit of what they read fails', async () => {
  const { store, queue, commit, disk, close } = openStore();
  const name = newName();
  await commit(name, 'first');
  disk.failing = 1;
  const committing = Promise.allSettled([commit(name, 'second'), queue.runAtOnce(() => undefined)]);
  expect((await store.history(name, 10)).map(({ eventId }) => eventId)).toEqual(['first']);
  expect((await committing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await close();
});

it('reads ahead of the disk fail with an error that is retried, after a failed commit has ended the lead', async () => {
  const { store, queue, commit, close } = openStore();
  const name = newName();
  await commit(name, 'first');
  const ahead = store.ahead(queue.lead);
  const poison = newName();
  await ahead.commit({ operation: poison, eventId: 'poison' }, () => changeOf(running(poison), 'poison'));
  queue.flush();
  const error = await ahead.outbox(name).catch((thrown: unknown) => thrown);
  expect(dispositionOf(error)).toBe('retry');
  await close();
});
