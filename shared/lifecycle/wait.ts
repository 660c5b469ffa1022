import type { FinalState } from './operation.ts';
import type { OperationName } from './operation-name.ts';

/** When the children of a wait, and its notifications, count as done. */
export type WaitPolicy =
  | { readonly kind: 'ALL_DONE' | 'ANY_DONE' | 'ANY_SUCCEEDED' }
  /** `tolerated` of them may fail; none where absent. */
  | { readonly kind: 'ALL_SUCCEEDED'; readonly tolerated?: number }
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
  /** The names of the notifications that the wait needs; a name that stands twice needs two. None where absent. */
  readonly notifications?: readonly string[];
  /** Whether the children that still run when the wait ends are asked to stop. */
  readonly cancelRest?: boolean;
  /** Children are looked at from here on. */
  readonly sleepUntil?: number;
  readonly deadline: number;
  readonly pollFrequency: number;
  readonly resumeMethod?: string;
  /** The W3C `traceparent` of what began the wait. */
  readonly traceparent?: string;
}

/** Names one wait of one operation. The wait id is the id of the event that began it. */
export interface WaitRef {
  readonly operation: OperationName;
  readonly waitId: string;
}

export type WaitCause = 'CHILDREN' | 'NOTIFICATION' | 'SLEEP' | 'DEADLINE' | 'CANCEL';

/** What noticed that a wait was over. */
export type ResumedBy = 'push' | 'workflow' | 'sweep' | 'cancel' | 'caller';

/** The wait ended and the operation went on. */
export interface Resumption {
  readonly kind: 'RESUMED';
  readonly cause: WaitCause;
  readonly by: ResumedBy;
  readonly time: number;
  /** The keys of the children of which nothing existed at the deadline: their outcome is NOT_FOUND. */
  readonly missing?: readonly string[];
}

/** How a wait ended: with the operation going on, or given up because something overtook it. */
export type WaitEnd =
  | Resumption
  | { readonly kind: 'ABANDONED'; readonly reason: AbandonReason; readonly time: number };

export type AbandonReason = 'SUPERSEDED' | 'TERMINAL' | 'DELETED';

/** Why a wait goes on without a workflow execution, and when the next launch is tried. */
export interface LaunchRefusal {
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** The polls of children of other services that fail at present, by the keys of the children. */
export type FailedPolls = Readonly<Record<string, FailedPoll>>;

export interface FailedPoll {
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** Since when: milliseconds since the epoch. */
  readonly time: number;
}

interface WaitRecord extends WaitRef, WaitTerms {
  readonly startTime: number;
  /** The workflow execution that holds the timers, once one was launched. */
  readonly execution?: string;
  readonly refusal?: LaunchRefusal;
  readonly failedPolls?: FailedPolls;
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
