/**
 * Whatever a task or a read sees of a database file is what one connection would show that executes everything in order: in every order
 * of calls, turns of the event loop, commits and lost transactions, and with caches that forget.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommitQueue } from '../../local/sqlite/commit-queue.ts';
import { type Connection, openConnection } from '../../local/sqlite/connection.ts';
import { type SqliteStore, sqliteStore } from '../../local/sqlite/store.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { POISON, type StoreCall, storeCalls } from './store-calls.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-same-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

interface Opened {
  readonly connection: Connection;
  readonly queue: CommitQueue;
  readonly store: SqliteStore;
}

const CLOCK = () => 0;

function opened(connection: Connection, limit: number): Opened {
  const queue = new CommitQueue(connection);
  const limits = { operations: limit, waits: limit, children: limit };
  return { connection, queue, store: sqliteStore(connection, queue, CLOCK, limits) };
}

async function closed({ connection, queue, store }: Opened): Promise<void> {
  await store.close();
  queue.close();
  connection.close();
}

/** One connection that executes everything at once, and has no caches. */
async function reference(): Promise<Opened> {
  const made = opened(openConnection(), 0);
  await made.queue.run(() => undefined);
  return made;
}

/** A call that may have changed the store. */
interface Logged {
  readonly call: StoreCall;
  readonly isAhead: boolean;
  /** The number of the transaction that it ran in. */
  readonly transaction: number;
}

const settledOf = async (call: StoreCall, store: OperationStore): Promise<unknown> => {
  try {
    return plain(await call.run(store));
  } catch (error) {
    return { error: error instanceof Error ? error.message : error };
  }
};

/** A store whose calls take no turn of the event loop. */
function inOrder({ store, queue }: Opened): OperationStore {
  return store.ahead(queue.lead);
}

interface Answer extends Logged {
  readonly shown: Promise<unknown>;
  readonly expected: unknown;
}

/** A value that compares by its content. */
function plain(value: unknown): unknown {
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('hex');
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
  if (value instanceof Map) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, field]) => [key, plain(field)]),
  );
}

/** The store under test, and the reference that follows it. */
class Comparison {
  readonly #tested: Opened;
  #reference: Opened;
  #log: Logged[] = [];
  #transaction = 0;
  #open: number | undefined;
  /** The first transaction that a rollback has undone which the reference does not know yet. */
  #firstUndone: number | undefined;
  /** The transaction that will be lost, with everything after it. */
  #poisoned: number | undefined;
  #answers: Answer[] = [];
  readonly #ended: Promise<unknown>[] = [];

  private constructor(tested: Opened, first: Opened) {
    this.#tested = tested;
    this.#reference = first;
    tested.queue.join({
      begin: () => {
        this.#open = ++this.#transaction;
      },
      committed: () => {
        this.#open = undefined;
      },
      rolledBack: () => {
        this.#firstUndone ??= this.#poisoned ?? this.#open ?? this.#transaction + 1;
        this.#open = undefined;
      },
    });
  }

  static async start(file: string, limit: number): Promise<Comparison> {
    const connection = openThreadedConnection(file);
    const tested = opened(connection, limit);
    await tested.queue.run(() => undefined);
    connection.execute(`CREATE TRIGGER poison BEFORE INSERT ON operations WHEN NEW.name = '${POISON}'
      BEGIN SELECT RAISE(ABORT, 'poison'); END`);
    return new Comparison(tested, await reference());
  }

  /** Makes the call on both stores. */
  async call(call: StoreCall, isAhead: boolean): Promise<void> {
    if (call.isOnSettled) await this.settle();
    await this.#followRollback();
    this.#openTransaction();
    await this.#followRollback();
    const { store, queue } = this.#tested;
    const entry: Logged = { call, isAhead, transaction: this.#open ?? 0 };
    this.#log.push(entry);
    if (call.isPoison) this.#poisoned ??= entry.transaction;
    // The tasks and reads of a store have run when its call returns.
    const shown = settledOf(call, isAhead ? store.ahead(queue.lead) : store);
    this.#ended.push(shown);
    if (this.#firstUndone !== undefined) return this.#followRollback();
    const expected = await this.#expected(call);
    this.#answers.push({ ...entry, shown, expected });
  }

  /** A task that fails after it has written. */
  async fail(): Promise<void> {
    await this.#followRollback();
    const { queue, connection } = this.#tested;
    try {
      queue.runAhead(queue.lead, () => {
        connection.noteWrite();
        throw new Error('halfway');
      });
    } catch {}
    await this.#followRollback();
  }

  /** Until everything is durable, so that later calls may read settled rows. */
  async settle(): Promise<void> {
    await Promise.all(this.#ended);
    try {
      await this.#tested.queue.durable();
    } catch {
      // Rolled back: what the reference then follows.
    }
  }

  flush(): void {
    this.#tested.queue.flush();
  }

  async end(): Promise<void> {
    this.flush();
    await Promise.all(this.#ended);
    await this.#followRollback();
    for (const { shown, expected, call, isAhead } of this.#answers) {
      const answer = await shown;
      if (!isLost(answer)) expect(answer, `${isAhead ? 'ahead' : 'durable'} ${call.text}`).toEqual(expected);
    }
    await closed(this.#tested);
    await closed(this.#reference);
  }

  /** So that durable tasks run during their call too. */
  #openTransaction(): void {
    for (let tries = 0; !this.#tested.connection.inTransaction() && tries < 3; tries++) {
      try {
        this.#tested.queue.runAhead(this.#tested.queue.lead, () => undefined);
      } catch {}
    }
  }

  /** Brings the reference to what is left after a rollback: each task with a waiting caller has run again. */
  async #followRollback(): Promise<void> {
    const first = this.#firstUndone;
    if (first === undefined) return;
    this.#firstUndone = undefined;
    this.#poisoned = undefined;
    this.#log = this.#log.filter(
      ({ call, isAhead, transaction }) => transaction < first || (!isAhead && !call.isPoison),
    );
    // What was to be answered later is answered by the second run.
    this.#answers = this.#answers.filter(({ isAhead, transaction }) => isAhead || transaction < first);
    await closed(this.#reference);
    this.#reference = await reference();
    for (const { call } of this.#log) if (call.isWrite) await this.#expected(call);
  }

  async #expected(call: StoreCall): Promise<unknown> {
    if (call.isOnSettled) this.#reference.queue.flush();
    return settledOf(call, inOrder(this.#reference));
  }
}

function isLost(answer: unknown): boolean {
  const { error } = (answer ?? {}) as { error?: unknown };
  return typeof error === 'string' && /rolled back|halfway|poison/.test(error);
}

const step = fc.oneof(
  { weight: 40, arbitrary: fc.record({ call: storeCalls, isAhead: fc.boolean() }) },
  { weight: 4, arbitrary: fc.constant('turn' as const) },
  { weight: 3, arbitrary: fc.constant('settle' as const) },
  { weight: 2, arbitrary: fc.constant('flush' as const) },
  { weight: 1, arbitrary: fc.constant('fail' as const) },
);

it('the answers of a file are those of one connection without caches', async () => {
  let files = 0;
  const steps = fc.array(step, { minLength: 20, maxLength: 80, size: 'max' });
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(1, 2, 100), async (all, limit) => {
      const comparison = await Comparison.start(join(folder, `${++files}.db`), limit);
      for (const one of all) {
        if (one === 'turn') await new Promise((resolve) => setImmediate(resolve));
        else if (one === 'settle') await comparison.settle();
        else if (one === 'flush') comparison.flush();
        else if (one === 'fail') await comparison.fail();
        else await comparison.call(one.call, one.isAhead);
      }
      await comparison.end();
    }),
    { numRuns: 60 },
  );
});
