/** Transactions that the thread of the database cannot write, while the main thread has gone on with the next ones. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { RolledBack } from '../../local/sqlite/rolled-back.ts';
import { BROKEN, openNumbers } from './numbers.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-lost-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A number that is inserted twice is refused. */
function numbers(file: string) {
  return openNumbers(file, 'n INTEGER PRIMARY KEY');
}

function storedIn(file: string): number[] {
  const { stored, close } = numbers(file);
  const found = stored();
  close();
  return found;
}

const states = (promises: readonly Promise<unknown>[]) =>
  Promise.allSettled(promises).then((all) => all.map(({ status }) => status));

it('rejects only the task whose row cannot be written, of one transaction', async () => {
  const file = join(folder, 'numbers.db');
  const { insert, stored, close } = numbers(file);
  const inserts = [insert(1), insert(BROKEN), insert(2)];
  expect(await states(inserts)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await expect(inserts[1]).rejects.toMatchObject({
    name: 'Failure',
    kind: 'permanent',
    message: /cannot be written/,
  });
  expect(stored()).toEqual([1, 2]);
  close();
  expect(storedIn(file)).toEqual([1, 2]);
});

it('runs the tasks of the open transaction again if the transaction before it is lost', async () => {
  const { queue, insert, add, stored, close } = numbers(join(folder, 'numbers.db'));
  const first = [insert(1), insert(BROKEN)];
  // While the thread commits, this task joins the open transaction and reads what is about to be lost.
  const second = new Promise<number[]>((resolve, reject) => {
    setImmediate(() => {
      const task = () => {
        add(2);
        return stored();
      };
      queue.runAtOnce(task).then(resolve, reject);
    });
  });
  expect(await states(first)).toEqual(['fulfilled', 'rejected']);
  expect(await second).toEqual([1, 2]);
  expect(stored()).toEqual([1, 2]);
  close();
});

it('ends the lead of a transaction that is lost, and gives its readers the reason', async () => {
  const { queue, add, insert, stored, close } = numbers(join(folder, 'numbers.db'));
  const { lead } = queue;
  queue.runAhead(lead, () => add(BROKEN));
  const durable = queue.durable();
  await expect(durable).rejects.toBeInstanceOf(RolledBack);
  expect(lead.hasEnded).toBe(true);
  expect(() => queue.runAhead(lead, () => add(1))).toThrow(/cannot be written/);
  await insert(2);
  expect(stored()).toEqual([2]);
  close();
});

it('refuses the tasks of a transaction that a full disk does not take, and takes later ones', async () => {
  const file = join(folder, 'numbers.db');
  const { connection, insert, stored, close } = numbers(file);
  const [pages] = connection.query<[number]>('PRAGMA page_count').first([]) ?? [0];
  connection.execute('CREATE TABLE large (text TEXT)');
  connection.execute(`PRAGMA max_page_count = ${(pages as number) + 1}`);
  const fill = connection.command('INSERT INTO large (text) VALUES (?)');
  const queue = new CommitQueue(connection);
  const filling = [
    queue.run(() => fill.run(['x'.repeat(1_000_000)])),
    queue.run(() => fill.run(['y'.repeat(1_000_000)])),
  ];
  for (const one of filling) await expect(one).rejects.toMatchObject({ kind: 'unavailable' });
  connection.execute('PRAGMA max_page_count = 1000000');
  await insert(1);
  expect(stored()).toEqual([1]);
  queue.close();
  close();
});

type Step =
  | {
      readonly kind: 'insert' | 'long' | 'ahead' | 'insertAndRead' | 'repeatable' | 'failing';
      readonly n: number;
    }
  | { readonly kind: 'read' | 'turn' | 'flush' };

const step = fc.oneof(
  fc.record({
    kind: fc.constantFrom('insert', 'long', 'ahead', 'insertAndRead', 'repeatable', 'failing'),
    n: fc.integer({ min: 0, max: 60 }),
  }),
  fc.record({
    kind: fc.constantFrom('insert', 'long', 'ahead'),
    n: fc.integer({ min: BROKEN, max: BROKEN + 5 }),
  }),
  fc.record({ kind: fc.constantFrom('read', 'turn', 'turn', 'flush') }),
) as fc.Arbitrary<Step>;

interface Run {
  /** The numbers whose inserts were acknowledged. */
  readonly acknowledged: number[];
  /** The calls, and then what came of them. */
  readonly open: Promise<unknown>[];
}

/** Makes the calls of the steps. */
async function start(
  steps: readonly Step[],
  { connection, queue, add, stored, insert }: ReturnType<typeof numbers>,
): Promise<Run> {
  const nothing = connection.command('DELETE FROM numbers WHERE n = ?');
  const acknowledged: number[] = [];
  const open: Promise<unknown>[] = [];
  const noted = (n: number, promise: Promise<unknown>) => {
    open.push(
      promise.then(
        () => acknowledged.push(n),
        () => undefined,
      ),
    );
  };
  for (const { kind, ...rest } of steps) {
    const n = 'n' in rest ? rest.n : 0;
    if (kind === 'insert') noted(n, insert(n));
    if (kind === 'long') {
      // So many statements that the thread gets the first of them while the task runs.
      const long = () => {
        add(n);
        for (let count = 0; count < 200; count++) nothing.run([-1]);
      };
      noted(n, queue.run(long));
    }
    if (kind === 'insertAndRead')
      noted(
        n,
        queue.runAtOnce(() => [add(n), stored()]),
      );
    if (kind === 'repeatable')
      noted(
        n,
        queue.runRepeatable(() => add(n)),
      );
    if (kind === 'failing') {
      const failing = () => {
        add(n);
        throw new Error('halfway');
      };
      open.push(queue.runAtOnce(failing).catch(() => undefined));
    }
    if (kind === 'ahead') {
      const ahead = async () => {
        queue.runAhead(queue.lead, () => add(n));
        await queue.durable();
      };
      noted(n, ahead());
    }
    if (kind === 'read') {
      try {
        stored();
      } catch {
        // The statements before it cannot be written.
      }
    }
    if (kind === 'turn') await new Promise((resolve) => setImmediate(resolve));
    if (kind === 'flush') queue.flush();
  }
  return { acknowledged, open };
}

/** Each run starts two threads, and each run of the tests has other orders. */
const RUNS = 40;

describe('in every order of tasks, reads, turns and rows that cannot be written', () => {
  it('what is acknowledged is in the file, once, and nothing that was refused', async () => {
    let files = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const file = join(folder, `${++files}.db`);
        const opened = numbers(file);
        const { acknowledged, open } = await start(steps, opened);
        await Promise.all(open);
        const seen = opened.stored();
        opened.close();
        const stored = storedIn(file);
        expect(stored).toEqual(seen);
        // A number is taken once: a later insert of the same number is refused.
        expect(stored).toEqual([...new Set(acknowledged)].sort((one, other) => one - other));
        expect(new Set(acknowledged).size).toBe(acknowledged.length);
      }),
      { numRuns: RUNS },
    );
  });

  it('a close at any moment answers each caller, and keeps what is acknowledged', async () => {
    let files = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
        const file = join(folder, `closed-${++files}.db`);
        const opened = numbers(file);
        const { acknowledged, open } = await start(steps, opened);
        opened.close();
        await Promise.all(open);
        expect(storedIn(file)).toEqual([...new Set(acknowledged)].sort((one, other) => one - other));
        expect(new Set(acknowledged).size).toBe(acknowledged.length);
      }),
      { numRuns: RUNS },
    );
  });
});
