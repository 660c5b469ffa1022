import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { Connection } from './connection.ts';
import { toFailure } from './failures.ts';

/**
 * Writes, and returns the value that the caller gets once the write is durable. It runs again if the commit has to be
 * repeated.
 */
type Task<T> = () => T;

/** Takes part in every transaction, besides the tasks. */
export interface Participant {
  /** Called when the transaction has begun. */
  begin?(): void;
  /** Called when the tasks have run. It writes what they postponed because it costs less together. */
  end?(): void;
  /** Called when the transaction is committed. It may not be on disk yet. */
  committed?(): void;
  /** Called when the transaction was rolled back. */
  rolledBack?(): void;
}

interface Waiting {
  readonly task: Task<unknown>;
  readonly durable: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A caller whose transaction is committed, and who gets the answer once it is on disk. */
interface Committed {
  readonly value: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The largest number of tasks in a transaction. A larger transaction takes hardly less time per task, and nothing else can
 * run during it.
 */
const MAX_TASKS = 512;

/**
 * Group commit. Writes that arrive while the event loop or the disk is busy share one transaction and one synchronization
 * with the disk, which costs more than all of them. The event loop goes on while the disk works.
 *
 *   waiting ──flush──▶ committed ──sync──▶ answered
 *
 * Invariants:
 *  1. No promise resolves before the transaction with its task's writes is on disk.
 *  2. Tasks run in the order of their arrival. Each sees what earlier tasks wrote, whether or not that is on disk: the log keeps
 *     the transactions in order, so that a crash can only lose the newest ones.
 *  3. A task that fails does not affect others: the group is rolled back, and each of its tasks gets a separate transaction.
 *  4. After a failed synchronization the queue accepts nothing and answers no read until the file is opened again, because what
 *     is visible and what is on disk may differ from then on.
 */
export class CommitQueue {
  readonly #connection: Connection;
  readonly #participants: Participant[] = [];
  #waiting: Waiting[] = [];
  #committed: Committed[] = [];
  /** The callers of the synchronization in progress. */
  #syncing: Committed[] | undefined;
  #broken: Failure | undefined;
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Lets `part` take part in each transaction from now on. */
  join(participant: Participant): void {
    this.#participants.push(participant);
  }

  run<T>(task: Task<T>): Promise<T> {
    return this.#enqueue(task, true);
  }

  /**
   * The same for a write that a power failure may lose, because it is repeated then. Resolves once the write is committed;
   * the end of the process does not lose it. A later commit is on disk only after this one.
   */
  runRepeatable<T>(task: Task<T>): Promise<T> {
    return this.#enqueue(task, false);
  }

  /** Commits the tasks that have waited longest. */
  flush(): void {
    const group = this.#waiting.length > MAX_TASKS ? this.#waiting.slice(0, MAX_TASKS) : this.#waiting;
    this.#waiting = this.#waiting.slice(group.length);
    if (group.length === 0) return;
    this.#commit(group);
    if (!this.#syncing) this.#sync();
    // The group has its largest size, so the next one need not wait for more tasks.
    if (this.#waiting.length > 0) this.#flushSoon();
  }

  /**
   * Resolves once everything that can be read now is on disk, or returns undefined if it is already. A read must not be
   * answered before: a crash could undo what was read.
   *
   * @throws Failure after a failed synchronization
   */
  durable(): Promise<void> | undefined {
    if (this.#broken) throw this.#broken;
    // The synchronization in progress covers everything that was committed before it began.
    const awaited = this.#committed.length > 0 ? this.#committed : this.#syncing;
    if (!awaited) return undefined;
    return new Promise((resolve, reject) => {
      awaited.push({ value: undefined, resolve: () => resolve(), reject });
    });
  }

  close(): void {
    while (this.#waiting.length > 0) this.flush();
    this.#closed = true;
  }

  #enqueue<T>(task: Task<T>, durable: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#broken || this.#closed) {
        reject(this.#broken ?? toFailure(new Error('The store is closed.')));
        return;
      }
      this.#waiting.push({ task, durable, resolve: resolve as (value: unknown) => void, reject });
      // While the disk is busy with the group before, a commit would answer no caller sooner.
      if (this.#waiting.length === 1 && !this.#syncing) this.#flushSoon();
    });
  }

  #flushSoon(): void {
    setImmediate(() => this.flush());
  }

  #commit(group: readonly Waiting[]): void {
    let writing = false;
    try {
      const values = this.#connection.transaction(() => {
        writing = true;
        for (const participant of this.#participants) participant.begin?.();
        const results = group.map(({ task }) => task());
        for (const participant of this.#participants) participant.end?.();
        writing = false;
        return results;
      });
      for (const participant of this.#participants) participant.committed?.();
      group.forEach(({ durable, resolve, reject }, index) => {
        if (durable) this.#committed.push({ value: values[index], resolve, reject });
        else resolve(values[index]);
      });
    } catch (error) {
      for (const participant of this.#participants) participant.rolledBack?.();
      // If the fault is not that of one task, repeating them one by one would repeat the fault.
      if (writing && group.length > 1) for (const one of group) this.#commit([one]);
      else for (const { reject } of group) reject(toFailure(error));
    }
  }

  /** Answers what is committed once it is on disk, then what was committed meanwhile. */
  #sync(): void {
    const group = this.#committed;
    if (group.length === 0) return;
    this.#committed = [];
    let synced: Promise<void> | undefined;
    try {
      synced = this.#connection.sync();
    } catch (error) {
      this.#break(group, error);
      return;
    }
    if (!synced) {
      for (const { resolve, value } of group) resolve(value);
      return;
    }
    this.#syncing = group;
    synced.then(
      () => {
        this.#syncing = undefined;
        for (const { resolve, value } of group) resolve(value);
        if (this.#waiting.length > 0) this.#flushSoon();
        this.#sync();
      },
      (error) => {
        this.#syncing = undefined;
        this.#break(group, error);
      },
    );
  }

  #break(group: readonly Committed[], error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    const broken = new Failure(
      'unavailable',
      `The disk did not take what was written (${reason}). Nothing is accepted until the process is started again.`,
      { cause: error, fault: 'deployment' },
    );
    this.#broken = broken;
    for (const { reject } of [...group, ...this.#committed, ...this.#waiting]) reject(broken);
    this.#committed = [];
    this.#waiting = [];
  }
}
