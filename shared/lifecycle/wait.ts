import type { AllFields } from './all-fields.ts';
import type { OperationName } from './operation-name.ts';

/** When the children and notifications of a wait satisfy it. */
export type WaitPolicy =
  | { readonly kind: 'ALL_DONE' | 'ANY_DONE' | 'ANY_SUCCEEDED' }
  /** The number of children that may fail: `tolerated`. None if absent. */
  | { readonly kind: 'ALL_SUCCEEDED'; readonly tolerated?: number }
  | { readonly kind: 'QUORUM_SUCCEEDED'; readonly quorum: number };

/** A child in another service. The workflow polls it. */
export interface ExternalOperation {
  readonly name: string;
  /** The https base URL of the other service's google.longrunning.Operations. */
  readonly endpoint: string;
  /** The OIDC audience of the poll. */
  readonly audience: string;
}

/**
 * The key of a child within its wait. A child of this deployment has its name as its key. Another service may use the same
 * names, so the key of its child includes the endpoint.
 */
export function externalKey({ endpoint, name }: ExternalOperation): string {
  return `${endpoint}/${name}`;
}

/** The name that each child has in its own service, by its key. */
export function childNames({ externals }: WaitTerms): (key: string) => string {
  const names = new Map(externals.map((external) => [externalKey(external), external.name]));
  return (key) => names.get(key) ?? key;
}

/** What a parent waits for. Times are milliseconds since the epoch, durations milliseconds. */
export interface WaitTerms {
  readonly policy: WaitPolicy;
  /** The number of all children, those of other services included. */
  readonly childCount: number;
  readonly externals: readonly ExternalOperation[];
  /** The notifications that the wait needs; a name that is listed twice needs two. Absent if it needs none. */
  readonly notifications?: readonly string[];
  /** Whether the children that still run when the wait ends get a cancel request. */
  readonly cancelRest?: boolean;
  /** The policy cannot end the wait before this time. */
  readonly sleepUntil?: number;
  readonly deadline: number;
  readonly pollFrequency: number;
  readonly resumeMethod?: string;
  /** The W3C `traceparent` of what began the wait. */
  readonly traceparent?: string;
}

/** Identifies one wait of one operation. The wait id is the id of the event that began it. */
export interface WaitRef {
  readonly operation: OperationName;
  readonly waitId: string;
}

export type WaitCause = 'CHILDREN' | 'NOTIFICATION' | 'SLEEP' | 'DEADLINE' | 'CANCEL';

/** What noticed that the wait was over. */
export type ResumedBy = 'push' | 'workflow' | 'sweep' | 'cancel' | 'caller';

/** The wait ended and the operation went on. */
export interface ResumedEnd {
  readonly kind: 'RESUMED';
  readonly cause: WaitCause;
  readonly by: ResumedBy;
  readonly time: number;
  /** The keys of the children that did not exist at the deadline: their outcome is NOT_FOUND. */
  readonly missing?: readonly string[];
}

/** How a wait ended: the operation went on, or the wait was abandoned. */
export type WaitEnd =
  | ResumedEnd
  | { readonly kind: 'ABANDONED'; readonly reason: AbandonReason; readonly time: number };

export type AbandonReason = 'SUPERSEDED' | 'TERMINAL' | 'DELETED';

/** Why a wait has no workflow execution, and when the next launch is tried. */
export interface LaunchRefusal {
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** How the launch of a wait's workflow went. */
export type Launch = { readonly execution: string } | { readonly refusal: LaunchRefusal };

/** The polls of children of other services that currently fail, by the keys of the children. */
export type FailedPolls = Readonly<Record<string, FailedPoll>>;

export interface FailedPoll {
  /** The HTTP status, or 0 if there was no answer. */
  readonly status: number;
  /** When the failures began: milliseconds since the epoch. */
  readonly time: number;
}

interface WaitRecord extends WaitRef, WaitTerms {
  /** When the event that began the wait was published: milliseconds since the epoch. */
  readonly startTime: number;
  /** The workflow execution that holds the timers, once it is launched. */
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

/** The terms without the deadline, which a row holds in a column of its own. */
export type TermsBesideDeadline = Omit<WaitTerms, 'deadline'>;

/** Makes a wait without a workflow. Every wait comes from here, with all fields, so that waits have one shape. */
export function openWait(
  operation: OperationName,
  waitId: string,
  startTime: number,
  deadline: number,
  terms: TermsBesideDeadline,
): OpenWait {
  return {
    operation,
    waitId,
    startTime,
    policy: terms.policy,
    childCount: terms.childCount,
    externals: terms.externals,
    notifications: terms.notifications,
    cancelRest: terms.cancelRest,
    sleepUntil: terms.sleepUntil,
    deadline,
    pollFrequency: terms.pollFrequency,
    resumeMethod: terms.resumeMethod,
    traceparent: terms.traceparent,
    execution: undefined,
    refusal: undefined,
    failedPolls: undefined,
    end: undefined,
  } satisfies AllFields<OpenWait>;
}
