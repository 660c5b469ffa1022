/** The waits of operations in the store: their progress, and the work that belongs to an open wait. */
import type { ChildOutcome } from '../../lifecycle/child-outcome.ts';
import type { OperationName } from '../../lifecycle/operation-name.ts';
import type { Tally } from '../../lifecycle/policy.ts';
import type { AnyValue } from '../../lifecycle/result.ts';
import type { FailedPolls, Launch, OpenWait, Wait, WaitRef, WaitTerms } from '../../lifecycle/wait.ts';
import type { SpawnPart, WaitPartRef } from './spawn-part.ts';
import type { ListedChild } from './wait-children.ts';

export interface InspectedWait {
  readonly wait: Wait;
  readonly counts: Partial<Record<ChildOutcome, number>>;
}

/** A wait and its tally, from one snapshot. */
export interface WaitProgress {
  readonly wait: Wait;
  readonly tally: Tally;
  /** The names of the kept notifications. Empty if the wait needs none. */
  readonly keptNames: readonly string[];
}

/** The content of a RESUME of a wait that has ended, from one snapshot. */
export interface WaitSummary {
  readonly wait: Wait;
  readonly counts: Partial<Record<ChildOutcome, number>>;
  readonly first: readonly ListedChild[];
  readonly notifications: readonly TakenNotification[];
}

/** A notification that a wait has taken. */
export interface TakenNotification {
  readonly name: string;
  readonly payload?: AnyValue;
  /** When it was applied: milliseconds since the epoch. */
  readonly time: number;
}

/** Reads waits, and records what happens to an open wait between two events of its operation. */
export interface Waits {
  wait(ref: WaitRef): Promise<Wait | undefined>;
  /** Waits of the operation, newest first, from index `from`. */
  waits(name: OperationName, from: number, limit: number): Promise<readonly InspectedWait[]>;
  /** The wait with its children counted up to `limits`. A limit of 0 costs nothing. */
  progress(ref: WaitRef, limits: (terms: WaitTerms) => Tally): Promise<WaitProgress | undefined>;
  /**
   * The first `limit` children in the order of the wait, with as many results as fit `maxBytes`: one that does not fit is left out,
   * and later ones that fit are still there.
   */
  summary(ref: WaitRef, limit: number, maxBytes: number): Promise<WaitSummary | undefined>;
  /**
   * The first part of the wait's spawn that is not created yet. Children that already have an outcome are left out:
   * they were created, and may have expired since.
   */
  nextSpawnPart(ref: WaitRef): Promise<SpawnPart | undefined>;
  /** Records that the children of the part exist. */
  markPartMade(part: WaitPartRef): Promise<void>;
  /**
   * Records the wait's workflow execution, or why there is none, and when to look at the wait next. Returns the updated
   * wait, or undefined if it no longer exists.
   */
  recordLaunch(ref: WaitRef, launch: Launch, lookTime?: number): Promise<Wait | undefined>;
  /** Records which polls of an open wait currently fail. Does nothing if the wait has ended. */
  noteFailedPolls(ref: WaitRef, polls: FailedPolls): Promise<void>;
  /** Sets when `sweep` next looks at the open wait. Does nothing if the wait has ended. */
  postponeLook(wait: OpenWait, lookTime: number): Promise<void>;
}
