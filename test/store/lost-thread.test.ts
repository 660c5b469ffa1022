/** What a transaction that is undone does to the one before it, and what the thread knows after it has lost one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RolledBack } from '../../local/sqlite/rolled-back.ts';
import { BROKEN, openNumbers } from './numbers.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-undone-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A number that was inserted twice is stored twice. */
function numbers() {
  return openNumbers(join(folder, 'numbers.db'), 'id INTEGER PRIMARY KEY, n INTEGER NOT NULL');
}

/** In the turn of the event loop in which the commit of the tasks before has been sent. */
function afterCommitSent<T>(call: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(call());
      } catch (error) {
        reject(error);
      }
    });
  });
}

it('a task that fails after it has written undoes nothing of a transaction whose commit is under way', async () => {
  const { queue, connection, insert, add, stored, close } = numbers();
  const first = insert(1);
  const failed = afterCommitSent(() => {
    expect(connection.isCommitting()).toBe(true);
    return queue.runAtOnce(() => {
      add(2);
      throw new Error('halfway');
    });
  }).then((promise) => promise);
  await expect(failed).rejects.toThrow('halfway');
  await first;
  expect(stored()).toEqual([1]);
  close();
});

it('a task ahead of the disk that fails ends the lead, and leaves a transaction whose commit is under way', async () => {
  const { queue, connection, insert, add, stored, close } = numbers();
  const first = insert(1);
  const { lead } = queue;
  const failed = afterCommitSent(() => {
    expect(connection.isCommitting()).toBe(true);
    queue.runAhead(lead, () => {
      add(2);
      throw new Error('halfway');
    });
  });
  await expect(failed).rejects.toThrow('halfway');
  await first;
  expect(stored()).toEqual([1]);
  close();
});

it('a statement that is first used after a lost transaction is known to the thread afterwards', async () => {
  const { queue, connection, insert, stored, close } = numbers();
  const first = insert(BROKEN);
  const refused = expect(first).rejects.toThrow(/cannot be written/);
  await afterCommitSent(() => {
    const other = connection.command('INSERT INTO numbers (n) VALUES (? + 100)');
    return queue.runAtOnce(() => {
      other.run([1]);
      return stored();
    });
  });
  await refused;
  expect(stored()).toEqual([101]);
  close();
});

it('a read waits for a commit under way that is not synchronized, and is told if it is lost', async () => {
  const { queue, connection, add, close } = numbers();
  for (const n of [1, BROKEN]) {
    const written = queue.runRepeatable(() => add(n));
    const read = afterCommitSent(() => {
      expect(connection.isCommitting()).toBe(true);
      const durable = queue.durable();
      expect(durable).toBeInstanceOf(Promise);
      return durable;
    });
    const [ofWrite, ofRead] = await Promise.allSettled([written, read]);
    expect(ofWrite.status).toBe(n === BROKEN ? 'rejected' : 'fulfilled');
    if (ofRead.status === 'fulfilled') expect(n).toBe(1);
    else expect(ofRead.reason).toBeInstanceOf(RolledBack);
  }
  close();
});

it('tasks are answered that are committed while a synchronization is under way and the connection is closed', async () => {
  const { insert, close } = numbers();
  const first = insert(1);
  const second = await afterCommitSent(() => {
    const entered = [insert(2)];
    close();
    return entered;
  });
  await first;
  await second[0];
});

/**
 * Returns a function that ends each thread that has been sent something since this call: with an error that nothing catches, or without
 * any event in the thread, as when it is out of memory.
 */
function threadEnder(isSilent = false): () => void {
  const threads = new Set<Worker>();
  const post = Worker.prototype.postMessage;
  vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, ...message) {
    threads.add(this);
    post.apply(this, message);
  });
  return () => {
    for (const thread of threads) {
      if (isSilent) void thread.terminate();
      else post.call(thread, null);
    }
  };
}

describe('a thread that has ended', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('rejects the tasks and the readers of the open transaction, answers those of the one before, and refuses later ones', async () => {
    const endThread = threadEnder();
    const { queue, connection, insert, add } = numbers();
    await insert(1);
    const before = [insert(2), insert(3)];
    let task: Promise<unknown> | undefined;
    const read = afterCommitSent(() => {
      expect(connection.isCommitting()).toBe(true);
      const { lead } = queue;
      queue.runAhead(lead, () => add(4));
      task = insert(5);
      const durable = queue.durable();
      endThread();
      return durable;
    });
    await read.catch(() => {});
    for (const one of await Promise.allSettled([read, task])) {
      expect(one).toMatchObject({
        status: 'rejected',
        reason: { kind: 'unavailable', message: /numbers\.db cannot be used/ },
      });
    }
    // The thread may have synchronized them first.
    await Promise.allSettled(before);
    await expect(insert(6)).rejects.toMatchObject({ kind: 'unavailable', message: /cannot be used/ });
    queue.close();
    expect(() => connection.close()).toThrow(/cannot be used/);
  });

  it('does not keep the main thread asleep that waits for its answer', async () => {
    const endThread = threadEnder();
    const { queue, connection, insert, stored } = numbers();
    const first = insert(1);
    const refused = expect(first).rejects.toMatchObject({ kind: 'unavailable' });
    await afterCommitSent(() => {
      endThread();
      expect(stored).toThrow(/cannot be used: Cannot destructure/);
      expect(stored).toThrow(/cannot be used: Cannot destructure/);
    });
    await refused;
    queue.close();
    expect(() => connection.close()).toThrow(/cannot be used/);
  });

  it('without any event in it, does not keep the main thread asleep either', async () => {
    const endThread = threadEnder(true);
    const { queue, connection, insert } = numbers();
    // The library ends the process if a thread is terminated in the middle of a call of the library.
    await insert(1);
    endThread();
    expect(() => connection.settle()).toThrow(/cannot be used: its thread has ended/);
    await expect(insert(2)).rejects.toMatchObject({ kind: 'unavailable' });
    queue.close();
    expect(() => connection.close()).toThrow(/cannot be used/);
  });

  it('rejects tasks that wait for a synchronization', async () => {
    const endThread = threadEnder();
    const { queue, connection, insert } = numbers();
    const first = insert(1);
    await afterCommitSent(() => {
      queue.flush();
      endThread();
    });
    await first.catch((error) => expect(error).toMatchObject({ kind: 'unavailable' }));
    await expect(insert(2)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(insert(3)).rejects.toMatchObject({ kind: 'unavailable' });
    queue.close();
    expect(() => connection.close()).toThrow(/cannot be used/);
  });
});
