import type { OperationName } from '../../lifecycle/operation-name.ts';

/** An operation that a commit has written. */
export interface OperationChange {
  readonly name: OperationName;
  /** The position of the commit among all commits: opaque, ordered by `isBefore`. */
  readonly position: string;
}

/**
 * The port of the change feed: which operations changed, in commit order. Rejects with a Failure.
 *
 * Several changes of one operation may be merged at the position of the last one, and a change may come twice. No
 * change between two positions is left out.
 */
export interface ChangeFeed {
  /** The position after everything that is committed. */
  position(): Promise<string>;
  /** The first changes after the position. undefined if the feed no longer reaches back to it, or never returned it. */
  since(position: string, limit: number): Promise<readonly OperationChange[] | undefined>;
  /** Resolves when there may be changes after the position, or the signal is aborted. */
  changed(position: string, signal: AbortSignal): Promise<void>;
  isBefore(one: string, other: string): boolean;
}
