import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { AnyValue } from '../../lifecycle/result.ts';
import type { WaitRef } from '../../lifecycle/wait.ts';
import type { HistoryEntry } from './history-entry.ts';
import type { SpawnPart } from './spawn-part.ts';

/** A history line with its position: the number of events of the operation up to this one. */
export interface HistoryLine {
  readonly position: number;
  readonly entry: HistoryEntry;
}

/** A notification of an operation, kept or taken. */
export interface NotificationRecord {
  /** The position of its event in the history. Negative if a rerun has taken it over from an earlier operation. */
  readonly position: number;
  readonly name: string;
  readonly payload?: AnyValue;
  /** When it was applied: milliseconds since the epoch. */
  readonly time: number;
  /** The wait that has taken it. */
  readonly waitId?: string;
}

/**
 * The part of the store's port that export and erasure need: everything that the store keeps of one operation beside what the
 * other read methods return, and its removal. It covers deleted operations too: their records stay until they expire.
 */
export interface OperationData {
  /** History lines after the position `after`, the oldest first. */
  history(name: OperationName, after: number, limit: number): Promise<readonly HistoryLine[]>;
  /** Notifications after the position `after`, by position. */
  notifications(name: OperationName, after: number, limit: number): Promise<readonly NotificationRecord[]>;
  /** The parts of a wait whose children are not created yet, after the part `after`, by part. */
  spawnParts(ref: WaitRef, after: number, limit: number): Promise<readonly SpawnPart[]>;
  /**
   * Removes what the parent keeps of an existing child for its creation: input, metadata and labels. Other children of the same part
   * keep theirs.
   */
  forgetSpawned(parent: OperationName, child: OperationName): Promise<void>;
  /**
   * Removes every record of a deleted operation: history, waits with their children and parts, notifications and outbox entries. The
   * marker remains until it expires, with the name and the times alone. What was removed can be removed again. Does nothing
   * if there is no marker.
   *
   * Invariant: the operation stays deleted, so that an event that arrives late does not create it again.
   *
   * Rejects with a Failure of the kind `precondition` if the operation is not deleted.
   */
  erase(name: OperationName): Promise<void>;
}
