import type { OperationName } from '../../lifecycle/operation-name.ts';

/** An operation that a commit has written. */
export interface OperationChange {
  readonly name: OperationName;
  /** Where the commit stands among all commits: opaque, ordered by `isBefore`. */
  readonly position: string;
}

/**
 * Which operations changed, in the order of the commits. Rejects with a Failure.
 *
 * Changes of one operation may come as one, at the position of the last of them; one change may come twice. None is left
 * out between two positions.
 */
export interface ChangeFeed {
  /** The position behind everything that is committed. */
  position(): Promise<string>;
  /** The first changes behind the position; undefined where the feed does not reach back to it, or never gave it out. */
  since(position: string, limit: number): Promise<readonly OperationChange[] | undefined>;
  /** Resolves when there may be changes behind the position, or the signal is aborted. */
  changed(position: string, signal: AbortSignal): Promise<void>;
  isBefore(one: string, other: string): boolean;
}
