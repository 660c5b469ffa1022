import type { FinalState } from './operation.ts';
import type { OperationName } from './operation-name.ts';

/** When the children of a wait count as done. */
export type WaitPolicy =
  | { readonly kind: 'ALL_DONE' | 'ANY_DONE' | 'ALL_SUCCEEDED' | 'ANY_SUCCEEDED' }
  | { readonly kind: 'QUORUM_SUCCEEDED'; readonly quorum: number };

/** A child that lives in another service; the workflow polls it. */
export interface ExternalOperation {
  readonly name: string;
  /** The https base URL of the other service's google.longrunning.Operations. */
  readonly endpoint: string;
  /** The OIDC audience of the poll. */
  readonly audience: string;
}

/**
 * What tells a child of a wait from the others. Other services may give operations the very names that are used here,
 * so theirs stand with the endpoint; a child of this deployment is its name.
 */
export function externalKey({ endpoint, name }: ExternalOperation): string {
  return `${endpoint}/${name}`;
}

/** The name of each child as its own service has it, by what tells it from the others. */
export function childNames({ externals }: WaitTerms): (key: string) => string {
  const names = new Map(externals.map((external) => [externalKey(external), external.name]));
  return (key) => names.get(key) ?? key;
}

/** What a parent asked to wait for. Times are milliseconds since the epoch, durations milliseconds. */
export interface WaitTerms {
  readonly policy: WaitPolicy;
  /** All children, those of other services among them. */
  readonly childCount: number;
  readonly externals: readonly ExternalOperation[];
  /** Children are looked at from here on. */
  readonly sleepUntil?: number;
  readonly deadline: number;
  readonly pollFrequency: number;
  readonly resumeMethod?: string;
}

/** Names one wait of one operation. The wait id is the id of the event that began it. */
export interface WaitRef {
  readonly operation: OperationName;
  readonly waitId: string;
}

export type WaitCause = 'CHILDREN' | 'SLEEP' | 'DEADLINE' | 'CANCEL';

/** Who noticed that a wait was over. */
export type ResumedBy = 'push' | 'workflow' | 'sweep' | 'cancel' | 'caller';

/** The wait ended and the operation went on. */
export interface Resumption {
  readonly kind: 'RESUMED';
  readonly cause: WaitCause;
  readonly by: ResumedBy;
  readonly time: number;
}

/** How a wait ended: with the operation going on, or given up because something overtook it. */
export type WaitEnd =
  | Resumption
  | { readonly kind: 'ABANDONED'; readonly reason: AbandonReason; readonly time: number };

export type AbandonReason = 'SUPERSEDED' | 'TERMINAL' | 'DELETED';

interface WaitRecord extends WaitRef, WaitTerms {
  readonly startTime: number;
  /** The workflow execution that holds the timers, once one was launched. */
  readonly execution?: string;
}

export interface OpenWait extends WaitRecord {
  readonly end?: undefined;
}

export interface EndedWait extends WaitRecord {
  readonly end: WaitEnd;
}

export type Wait = OpenWait | EndedWait;

/** A child that was deleted is NOT_FOUND, as one of another service that its own service does not know. */
export type DoneOutcome = 'SUCCEEDED' | 'FAILED' | 'CANCELLED' | 'NOT_FOUND';
export type ChildOutcome = 'PENDING' | DoneOutcome;

export function outcomeOf(state: FinalState): DoneOutcome {
  return state === 'DELETED' ? 'NOT_FOUND' : state;
}

/** How many children of a wait are in each group; each number may stop counting at the limit that was asked for. */
export interface Tally {
  readonly pending: number;
  readonly succeeded: number;
  readonly unsuccessful: number;
}

/** How far each group has to be counted to decide the policy: 0 means not at all. The cost of a decision. */
export function tallyLimits({ policy, childCount }: WaitTerms): Tally {
  switch (policy.kind) {
    case 'ALL_DONE':
      return { pending: 1, succeeded: 0, unsuccessful: 0 };
    case 'ANY_DONE':
      return { pending: 1, succeeded: 1, unsuccessful: 1 };
    case 'ALL_SUCCEEDED':
      return { pending: 1, succeeded: 0, unsuccessful: 1 };
    case 'ANY_SUCCEEDED':
      return { pending: 1, succeeded: 1, unsuccessful: 0 };
    case 'QUORUM_SUCCEEDED':
      return { pending: 1, succeeded: policy.quorum, unsuccessful: childCount - policy.quorum + 1 };
  }
}

/**
 * Why the wait is over at `now`, or undefined while it is not.
 *
 * Children that satisfy the policy are never reported as a missed deadline, however late somebody looks.
 */
export function dueCause(terms: WaitTerms, tally: Tally, now: number): WaitCause | undefined {
  const sleeps = terms.sleepUntil !== undefined && now < terms.sleepUntil;
  if (!sleeps && isSatisfied(terms, tally)) return isTimer(terms) ? 'SLEEP' : 'CHILDREN';
  return now >= terms.deadline ? 'DEADLINE' : undefined;
}

function isSatisfied(
  { policy, childCount }: WaitTerms,
  { pending, succeeded, unsuccessful }: Tally,
): boolean {
  // Nothing is left that could still change the answer: true of every policy, and of a wait without children.
  if (pending === 0) return true;
  switch (policy.kind) {
    case 'ALL_DONE':
      return false;
    case 'ANY_DONE':
      return succeeded + unsuccessful > 0;
    case 'ALL_SUCCEEDED':
      return unsuccessful > 0;
    case 'ANY_SUCCEEDED':
      return succeeded > 0;
    case 'QUORUM_SUCCEEDED':
      return succeeded >= policy.quorum || unsuccessful > childCount - policy.quorum;
  }
}

/** A wait with only `sleep` is a durable timer. */
function isTimer({ sleepUntil, childCount }: WaitTerms): boolean {
  return sleepUntil !== undefined && childCount === 0;
}
