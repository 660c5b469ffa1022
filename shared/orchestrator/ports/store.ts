/** The port of the database that holds operations. Each part of the port has a file of its own. */
import type { OperationCommits } from './commit.ts';
import type { DueWork } from './due-work.ts';
import type { OperationData } from './operation-data.ts';
import type { OperationReads } from './operation-reads.ts';
import type { Outbox } from './outbox.ts';
import type { WaitChildren } from './wait-children.ts';
import type { Waits } from './waits.ts';

// The embedded system imports these names from here.
export {
  type Change,
  type Commit,
  MAX_FINISHED_WAITS,
  type ParentState,
  type Reads,
  type Snapshot,
} from './commit.ts';
export type { Backlog, DueOperation } from './due-work.ts';
export type { HistoryEntry } from './history-entry.ts';
export { type Inspection, MAX_INSPECTED } from './operation-reads.ts';
export type { SpawnPart, WaitPartRef } from './spawn-part.ts';
export type { Child, ChildrenPage, ListedChild } from './wait-children.ts';
export type { InspectedWait, TakenNotification, WaitProgress, WaitSummary } from './waits.ts';

/**
 * Every method rejects with a Failure: `unavailable` or `conflict` if it is temporary.
 *
 * Invariant: the result of one read method is from one snapshot, however many rows it reads.
 */
export interface OperationStore
  extends OperationCommits,
    OperationReads,
    Waits,
    WaitChildren,
    Outbox,
    DueWork {
  /** What export and erasure need. */
  readonly data: OperationData;
  close(): Promise<void>;
}
