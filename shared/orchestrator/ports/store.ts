/** The port of the database that holds operations. Each part of the port has a file of its own. */
import type { OperationCommits } from './commit.ts';
import type { DueWork } from './due-work.ts';
import type { OperationData } from './operation-data.ts';
import type { OperationReads } from './operation-reads.ts';
import type { Outbox } from './outbox.ts';
import type { WaitChildren } from './wait-children.ts';
import type { Waits } from './waits.ts';

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
