import type { Caller } from './synchronization.ts';

/**
 * Writes, and returns the value that the caller gets. Runs again, in a transaction of its own, if another task of its transaction
 * fails.
 */
export type Task<T> = () => T;

/** A task with its caller, which waits until the transaction is durable, or only until the commit. */
export interface Waiting extends Caller {
  readonly task: Task<unknown>;
  readonly durable: boolean;
}

/** The open transaction: it stays open until the event loop has had a turn. */
export interface Transaction {
  /** The tasks that have run in it and that have a waiting caller, in order. */
  readonly waiting: Waiting[];
  /** The callers of reads that may have seen its writes. */
  readonly readers: Caller[];
  /** The promise that all calls of `durable` share. undefined before the first call. */
  durable: Promise<void> | undefined;
  /** Whether a task in it ran ahead of the disk. */
  ranAhead: boolean;
}

/** Answers the callers that do not wait for the synchronization. */
export function answerCommitted({ waiting }: Pick<Transaction, 'waiting'>): void {
  for (const { durable, resolve, value } of waiting) if (!durable) resolve(value);
}

export function beginningTransaction(): Transaction {
  return { waiting: [], readers: [], durable: undefined, ranAhead: false };
}
