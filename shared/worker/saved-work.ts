/**
 * What the package keeps in an operation's checkpoint: the user's state, and what it needs to go on itself.
 *
 * A form that this release does not know is not read: another worker, with a newer one, can.
 */
import type { Code } from '../client/code.ts';
import type { FailureReason } from './failure.ts';

export interface SavedFailure {
  readonly reason: FailureReason;
  readonly code: Code;
  readonly message: string;
  readonly details: readonly unknown[];
}

/** A run of children that are alike, in the order of the wait: which kind, how they came to be, how many. */
export type ChildRun = readonly [
  kind: number,
  how: 'spawned' | 'keyed' | 'existing' | 'external',
  count: number,
];

/** What a wait asked for: by it, its end is known for a success or a failure. */
export interface SavedWait {
  readonly catch?: string;
  readonly policy: string;
  readonly quorum?: number;
  readonly toleratedFailures?: number;
  readonly toleratedFailuresPercent?: number;
  /** How many notifications it waits for. */
  readonly notifications: number;
  /** The kinds of its children: methods, or endpoints. */
  readonly kinds: readonly string[];
  readonly children: readonly ChildRun[];
}

export interface SavedWork {
  /** The operation that began this work: another one where this is a rerun. `op.key` is made from it. */
  readonly root: string;
  /** How many waits began. */
  readonly waits: number;
  readonly wait?: SavedWait;
  /** Whether a step has taken note of the wait's end, and said where to go on. */
  readonly decided?: boolean;
  readonly failure?: SavedFailure;
  /** Whether the last resort has begun. */
  readonly lastResort?: boolean;
  readonly state?: unknown;
  /** The version of `state`. */
  readonly version?: number;
}

const FORMAT = 1;

/** A checkpoint of a form that this release does not know. */
export class UnknownForm extends Error {}

export function encodeSavedWork(work: SavedWork): string {
  return Buffer.from(JSON.stringify({ lro: FORMAT, ...work })).toString('base64');
}

/** @throws UnknownForm */
export function decodeSavedWork(checkpoint: string, operation: string): SavedWork {
  if (checkpoint === '') return { root: operation, waits: 0 };
  let saved: SavedWork & { lro?: unknown };
  try {
    saved = JSON.parse(checkpoint);
  } catch {
    throw new UnknownForm('the checkpoint is no JSON');
  }
  if (saved?.lro !== FORMAT)
    throw new UnknownForm('the checkpoint was saved by something else than this package');
  return saved;
}
