import { describe, expect, it } from 'vitest';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { type Connection, openConnection } from '../../local/sqlite/connection.ts';

/** A queue on a table of numbers, which takes each number once. */
function numbers(connection: Connection) {
  connection.execute('CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT');
  const insert = connection.command('INSERT INTO numbers (n) VALUES (?)');
  const all = connection.query<[number]>('SELECT n FROM numbers ORDER BY n');
  let transactions = 0;
  const counting: Connection = {
    ...connection,
    begin: () => {
      transactions += 1;
      connection.begin();
    },
  };
  const queue = new CommitQueue(counting);
  return {
    queue,
    insert: (n: number) => queue.run(() => insert.run([n])),
    stored: () => all.all([]).map(([n]) => n),
    transactions: () => transactions,
  };
}

it('commits tasks of one turn of the event loop in one transaction', async () => {
  const { insert, stored, transactions } = numbers(openConnection());
  await Promise.all([1, 2, 3, 4].map(insert));
  expect(stored()).toEqual([1, 2, 3, 4]);
  expect(transactions()).toBe(1);
});

it('resolves no promise before the commit', async () => {
  const { insert, stored } = numbers(openConnection());
  const seen = [1, 2].map((n) => insert(n).then(stored));
  expect(stored()).toEqual([]);
  expect(await Promise.all(seen)).toEqual([
    [1, 2],
    [1, 2],
  ]);
});

it('commits the other tasks if one task fails, and nothing of the failed task', async () => {
  const { insert, stored } = numbers(openConnection());
  const results = await Promise.allSettled([1, 2, 2, 3].map(insert));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(stored()).toEqual([1, 2, 3]);
});

it('runs tasks in the order of the calls, and each task reads the writes of earlier ones', async () => {
  const { queue, insert, stored } = numbers(openConnection());
  const [, found] = await Promise.all([insert(7), queue.run(stored)]);
  expect(found).toEqual([7]);
});

it('rejects each waiting task if the transaction cannot begin', async () => {
  const connection = openConnection();
  const { insert } = numbers(connection);
  connection.execute('BEGIN');
  const results = await Promise.allSettled([insert(1), insert(2)]);
  connection.execute('ROLLBACK');
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it('commits waiting tasks when it is closed, and then rejects new ones', async () => {
  const { queue, insert, stored } = numbers(openConnection());
  const last = insert(1);
  queue.close();
  await last;
  await expect(insert(2)).rejects.toThrow('closed');
  expect(stored()).toEqual([1]);
});

/** Numbers that tasks leave to the end of their transaction. */
function lateNumbers(queue: CommitQueue, connection: Connection) {
  const insert = connection.command('INSERT INTO numbers (n) VALUES (?)');
  let left: number[] = [];
  queue.join({
    end() {
      for (const n of left) insert.run([n]);
      left = [];
    },
    rolledBack() {
      left = [];
    },
  });
  return (...all: number[]) => queue.run(() => left.push(...all));
}

it('writes deferred rows in the transaction that deferred them', async () => {
  const connection = openConnection();
  const { queue, stored, transactions } = numbers(connection);
  const leave = lateNumbers(queue, connection);
  await Promise.all([leave(1), leave(2, 3)]);
  expect(stored()).toEqual([1, 2, 3]);
  expect(transactions()).toBe(1);
});

it('drops the deferred rows of a failed task, and commits those of other tasks', async () => {
  const connection = openConnection();
  const { queue, insert, stored } = numbers(connection);
  const leave = lateNumbers(queue, connection);
  const results = await Promise.allSettled([leave(1), leave(2, 2), leave(3), insert(4), insert(4)]);
  expect(results.map(({ status }) => status)).toEqual([
    ...['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'rejected'],
  ]);
  await leave(5);
  expect(stored()).toEqual([1, 3, 4, 5]);
});

it('gives the event loop a turn between the transactions of a burst', async () => {
  const { insert, stored, transactions } = numbers(openConnection());
  const burst = Array.from({ length: 2_000 }, (_, n) => insert(n));
  let turnsBeforeTheLast = 0;
  let isOver = false;
  const turns = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setImmediate(resolve));
      turnsBeforeTheLast += 1;
    }
  })();
  await Promise.all(burst);
  isOver = true;
  await turns;
  expect(stored()).toHaveLength(2_000);
  expect(transactions()).toBeGreaterThan(1);
  expect(turnsBeforeTheLast).toBeGreaterThanOrEqual(transactions());
});

describe('tasks ahead of the disk', () => {
  it('run during the call, after waiting tasks, in the same transaction', async () => {
    const { queue, insert, stored, transactions } = numbers(openConnection());
    const before = insert(1);
    expect(queue.runAhead(queue.lead, stored)).toEqual([1]);
    await Promise.all([before, insert(2)]);
    expect(transactions()).toBe(1);
  });

  it('are durable once `durable` has resolved', async () => {
    const connection = openConnection();
    const { queue, stored } = numbers(connection);
    const add = connection.command('INSERT INTO numbers (n) VALUES (?)');
    queue.runAhead(queue.lead, () => add.run([1]));
    expect(connection.inTransaction()).toBe(true);
    await queue.durable();
    expect(connection.inTransaction()).toBe(false);
    expect(stored()).toEqual([1]);
  });

  it('stay valid if a task fails before it has written', async () => {
    const connection = openConnection();
    const { queue, insert, stored } = numbers(connection);
    const add = connection.command('INSERT INTO numbers (n) VALUES (?)');
    const { lead } = queue;
    queue.runAhead(lead, () => add.run([1]));
    expect(() => queue.runAhead(lead, () => add.run([1]))).toThrow(/constraint/i);
    await expect(insert(1)).rejects.toThrow(/constraint/i);
    queue.runAhead(lead, () => add.run([2]));
    await queue.durable();
    expect(stored()).toEqual([1, 2]);
  });

  it('are all rolled back if a task fails after it has written, and tasks with waiting callers are committed again', async () => {
    const connection = openConnection();
    const { queue, insert, stored } = numbers(connection);
    const add = connection.command('INSERT INTO numbers (n) VALUES (?)');
    const { lead } = queue;
    let ends = 0;
    lead.onEnd(() => {
      ends += 1;
    });
    queue.runAhead(lead, () => add.run([1]));
    const waiting = insert(2);
    const read = queue.durable();
    const failing = () => {
      add.run([3]);
      throw new Error('halfway');
    };
    expect(() => queue.runAhead(lead, failing)).toThrow('halfway');
    await expect(read).rejects.toThrow('halfway');
    await waiting;
    expect(stored()).toEqual([2]);
    expect(ends).toBe(1);
    expect(() => queue.runAhead(lead, () => add.run([4]))).toThrow('halfway');
    queue.runAhead(queue.lead, () => add.run([5]));
    await queue.durable();
    expect(stored()).toEqual([2, 5]);
  });

  it('are rolled back if SQLite has rolled back by itself, and later tasks run in a new transaction', async () => {
    const connection = openConnection();
    const { queue, insert, stored } = numbers(connection);
    const leave = lateNumbers(queue, connection);
    const add = connection.command('INSERT INTO numbers (n) VALUES (?)');
    const { lead } = queue;
    queue.runAhead(lead, () => add.run([1]));
    const waiting = [insert(2), leave(3)];
    // SQLite does the same on SQLITE_FULL, when a read writes the deferred rows.
    connection.rollback();
    expect(() => queue.requireLead(lead)).toThrow(/rolled back/);
    expect(() => queue.runAhead(lead, stored)).toThrow(/rolled back/);
    await Promise.all(waiting);
    expect(stored()).toEqual([2, 3]);
  });

  it('reject their readers if SQLite has rolled back by itself', async () => {
    const connection = openConnection();
    const { queue, stored } = numbers(connection);
    const add = connection.command('INSERT INTO numbers (n) VALUES (?)');
    queue.runAhead(queue.lead, () => add.run([1]));
    connection.rollback();
    expect(() => queue.durable()).toThrow(/rolled back/);
    expect(queue.durable()).toBeUndefined();
    expect(stored()).toEqual([]);
  });

  it('are rolled back if the commit fails', async () => {
    const connection = openConnection();
    let fails = false;
    const { queue, insert, stored } = numbers({
      ...connection,
      commit: () => {
        if (fails) throw new Error('disk full');
        connection.commit();
      },
    });
    const add = connection.command('INSERT INTO numbers (n) VALUES (?)');
    const { lead } = queue;
    fails = true;
    queue.runAhead(lead, () => add.run([1]));
    await expect(Promise.all([insert(2), queue.durable()])).rejects.toThrow('disk full');
    fails = false;
    expect(lead.hasEnded).toBe(true);
    expect(stored()).toEqual([]);
    await insert(3);
    expect(stored()).toEqual([3]);
  });
});
