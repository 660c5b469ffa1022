/**
 * The content of an operation's checkpoint: the user's state, and the state that the package itself needs to continue.
 *
 * A worker does not read a checkpoint in an unknown format. It leaves the signal to a worker of another release.
 */
import type { Code } from '../client/code.ts';
import type { FailureReason } from './failure.ts';

export interface SavedFailure {
  readonly reason: FailureReason;
  readonly code: Code;
  readonly message: string;
  readonly details: readonly unknown[];
}

/** A run of equal children in the order of the wait: their kind, how they became children, and their number. */
export type ChildRun = readonly [
  kind: number,
  how: 'spawned' | 'keyed' | 'existing' | 'external',
  count: number,
];

/** The terms of a wait, from which the worker decides whether the ended wait succeeded. */
export interface SavedWait {
  readonly catch?: string;
  readonly policy: string;
  readonly quorum?: number;
  readonly toleratedFailures?: number;
  readonly toleratedFailuresPercent?: number;
  /** The number of notifications that the wait waits for. */
  readonly notifications: number;
  /** The kinds of its children: methods, or endpoints. */
  readonly kinds: readonly string[];
  readonly children: readonly ChildRun[];
}

export interface SavedWork {
  /** The number of the format. */
  readonly lro: number;
  /** The operation that began this work. In a rerun from the resume point, an earlier operation. `op.key` is derived from it. */
  readonly root: string;
  /** The number of waits that have begun. */
  readonly waits: number;
  readonly wait?: SavedWait;
  /** Whether a step has run after the wait, so that the result of the wait is not checked again. */
  readonly decided?: boolean;
  readonly failure?: SavedFailure;
  /** Whether the last resort has begun. */
  readonly lastResort?: boolean;
  readonly state?: unknown;
  /** The version of `state`. */
  readonly version?: number;
}

const FORMAT = 1;

/** It has all fields, so that `{ ...work, field }` is fast: engines copy an object of a known form much faster. */
const NO_WORK: SavedWork = {
  lro: FORMAT,
  root: '',
  waits: 0,
  wait: undefined,
  decided: undefined,
  failure: undefined,
  lastResort: undefined,
  state: undefined,
  version: undefined,
};

/** The checkpoint is in a format that this release does not know. */
export class UnknownForm extends Error {}

export function encodeSavedWork(work: SavedWork): string {
  return Buffer.from(JSON.stringify(work)).toString('base64');
}

/** Returns the work of a new operation for an empty checkpoint. @throws UnknownForm */
export function decodeSavedWork(checkpoint: string, operation: string): SavedWork {
  if (checkpoint === '') return { ...NO_WORK, root: operation };
  let saved: SavedWork | undefined;
  try {
    saved = JSON.parse(checkpoint);
  } catch {
    throw new UnknownForm('the checkpoint is no JSON');
  }
  if (saved?.lro !== FORMAT)
    throw new UnknownForm('the checkpoint was saved by something else than this package');
  // Fields that a later release adds are kept.
  return { ...NO_WORK, ...saved };
}
