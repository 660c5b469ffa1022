/** Reads of operations outside a transaction. */
import type { OutboxEntry } from '../../lifecycle/effect.ts';
import type { Operation } from '../../lifecycle/operation.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { HistoryEntry } from './history-entry.ts';
import type { ListedOperation, ListQuery } from './list.ts';
import type { InspectedWait } from './waits.ts';

/** What `:inspect` shows, from one snapshot. It has at most MAX_INSPECTED outbox entries and reruns. */
export interface Inspection {
  readonly operation: Operation;
  /** The newest lines, newest first. */
  readonly history: readonly HistoryEntry[];
  /** The newest waits, newest first. */
  readonly waits: readonly InspectedWait[];
  readonly waitCount: number;
  readonly outbox: readonly OutboxEntry[];
  /** The operations that run this one again, newest first. */
  readonly reruns: readonly OperationName[];
}

export const MAX_INSPECTED = 100;

/** Reads operations, their history and their direct children. */
export interface OperationReads {
  /**
   * Reads an operation, also a deleted one: see existing-operation.ts. With `maxAgeMs`, the answer may be up to that many milliseconds
   * old, so that the nearest replica can give it.
   */
  operation(name: OperationName, maxAgeMs?: number): Promise<Operation | undefined>;
  /** In one read. Operations that do not exist are left out. */
  operations(names: readonly OperationName[]): Promise<ReadonlyMap<OperationName, Operation>>;
  /** The newest `history` lines and `waits` waits. */
  inspection(
    name: OperationName,
    limits: { readonly history: number; readonly waits: number },
  ): Promise<Inspection | undefined>;
  /** The newest `limit` lines, newest first. */
  history(name: OperationName, limit: number): Promise<readonly HistoryEntry[]>;
  /** Active operations that name `parent` as theirs, after the name `after`, by name. */
  activeChildren(
    parent: OperationName,
    limit: number,
    after?: OperationName,
  ): Promise<readonly OperationName[]>;
  /** Operations that satisfy the condition, in the order of ListPosition, without deleted ones. */
  list(query: ListQuery): Promise<readonly ListedOperation[]>;
}
