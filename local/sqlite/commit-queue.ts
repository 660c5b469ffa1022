import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { Connection } from './connection.ts';
import { toFailure } from './failures.ts';

/** Writes; returns what its caller is told once the write is durable. Runs again where the commit has to be repeated. */
type Task<T> = () => T;

/** What has a part in every transaction, beside its tasks. */
export interface Participant {
  /** The transaction has begun. */
  begin?(): void;
  /** Its tasks have run. What they left to the end, because it costs less together, is written now. */
  end?(): void;
  /** It is committed, and maybe not on disk yet. */
  committed?(): void;
  /** It was rolled back. */
  rolledBack?(): void;
}

interface Waiting {
  readonly task: Task<unknown>;
  readonly durable: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** A caller whose transaction is committed, and who is answered once it is on disk. */
interface Committed {
  readonly value: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * How many tasks a transaction has at most: a larger one takes hardly less time a task, and nothing else has a turn while it runs.
 */
const MAX_TASKS = 512;

/**
 * Group commit: the writes that come in while the event loop is busy, or while the disk is, share one transaction, and one
 * synchronization with the disk, which costs more than all of them. The disk works while the event loop goes on.
 *
 *   waiting ──flush──▶ committed ──sync──▶ answered
 *
 * Invariants:
 *  1. No promise resolves before the transaction with its task's writes is on disk.
 *  2. Tasks run in the order in which they came, each on what the ones before it wrote, on disk or not: the log has the
 *     transactions in their order, so that what a crash takes is always the newest of them.
 *  3. A task that fails spoils no other: the group is rolled back, and each of its tasks gets a transaction of its own.
 *  4. After a failed synchronization nothing is accepted and nothing is read until the file is opened again: what is visible
 *     and what is on disk may differ from then on.
 */
export class CommitQueue {
  readonly #connection: Connection;
  readonly #participants: Participant[] = [];
  #waiting: Waiting[] = [];
  #committed: Committed[] = [];
  /** The callers of the synchronization that is under way. */
  #syncing: Committed[] | undefined;
  #broken: Failure | undefined;
  #closed = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Has it take part in each transaction from now on. */
  join(participant: Participant): void {
    this.#participants.push(participant);
  }

  run<T>(task: Task<T>): Promise<T> {
    return this.#enqueue(task, true);
  }

  /**
   * The same for what may be lost with the machine's power, because it is then done once more: resolves once it is committed,
   * which the end of the process does not undo. What is committed after it is on disk after it.
   */
  runRepeatable<T>(task: Task<T>): Promise<T> {
    return this.#enqueue(task, false);
  }

  /** Commits what has waited longest. */
  flush(): void {
    const group = this.#waiting.length > MAX_TASKS ? this.#waiting.slice(0, MAX_TASKS) : this.#waiting;
    this.#waiting = this.#waiting.slice(group.length);
    if (group.length === 0) return;
    this.#commit(group);
    if (!this.#syncing) this.#sync();
    // The group is as large as it gets, so the next one is not held for company.
    if (this.#waiting.length > 0) this.#flushSoon();
  }

  /**
   * Resolves once all that can be read now is on disk; undefined where it is. What was read must not be answered before: a
   * crash could take it back.
   *
   * @throws Failure after a failed synchronization
   */
  durable(): Promise<void> | undefined {
    if (this.#broken) throw this.#broken;
    // What is under way has all that was committed before it began.
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
      // While the disk is busy with the group before, no caller would be answered sooner by a commit.
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
      // Where the fault is not one task's own, to repeat them one by one would only repeat the fault.
      if (writing && group.length > 1) for (const one of group) this.#commit([one]);
      else for (const { reject } of group) reject(toFailure(error));
    }
  }

  /** Answers what is committed once it is on disk, and what was committed meanwhile after that. */
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
