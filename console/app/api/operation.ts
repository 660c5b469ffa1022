/** The answers of the Operations API, as far as the console reads them. */
import type { State } from '../../../shared/client/operation-state.ts';

export { STATES, type State } from '../../../shared/client/operation-state.ts';
export const OUTCOMES = ['PENDING', 'FAILED', 'CANCELLED', 'TIMED_OUT', 'NOT_FOUND', 'SUCCEEDED'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface Status {
  readonly code: number;
  readonly message: string;
  readonly details?: readonly JsonObject[];
}

/** `view=SUMMARY` of an operation. Times are RFC 3339. */
export interface Summary {
  readonly name: string;
  readonly done?: boolean;
  readonly state: State;
  readonly method?: string;
  readonly parent?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly createTime: string;
  readonly updateTime: string;
  readonly completeTime?: string;
  readonly cancelRequested?: boolean;
  readonly attempt?: number | string;
  readonly progressPercent?: number;
  readonly error?: Status;
}

/** A change of an operation, as a watch sends it. */
export type Change =
  | (Summary & { readonly deleted?: undefined; readonly matches?: false })
  | { readonly name: string; readonly deleted: true; readonly matches: false };

export interface SummaryPage {
  readonly operations?: readonly Summary[];
  readonly nextPageToken?: string;
}

export interface Minute {
  readonly time: string;
  readonly created: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly medianMs?: number;
  readonly p95Ms?: number;
}

export interface Statistics {
  readonly total: number;
  readonly states: Partial<Record<State, number>>;
  readonly methods: readonly { readonly method: string; readonly count: number }[];
  readonly minutes: readonly Minute[];
}

/** google.longrunning.Operation. */
export interface Operation {
  readonly name: string;
  readonly done?: boolean;
  readonly metadata?: JsonObject;
  readonly response?: JsonObject;
  readonly error?: Status;
}

export interface Child {
  readonly name: string;
  /** What the wait knows of it: of a wait that has ended, as of its end. */
  readonly outcome: Outcome;
  /** Its state now, if the outcome is PENDING or TIMED_OUT and it exists. */
  readonly presentState?: State;
  readonly key?: string;
  readonly method?: string;
  readonly response?: JsonObject;
  readonly error?: Status;
  readonly createTime?: string;
  readonly completeTime?: string;
}

export interface Wait {
  readonly waitId: string;
  readonly policy: string;
  readonly quorum?: number;
  readonly startTime: string;
  readonly sleepUntil?: string;
  readonly deadline?: string;
  readonly endTime?: string;
  readonly execution?: string;
  readonly open: boolean;
  readonly cause?: string;
  readonly resumedBy?: string;
  readonly abandoned?: string;
  readonly notifications?: readonly string[];
  readonly children: {
    readonly counts: Partial<Record<Outcome, number>>;
    readonly first: readonly Child[];
    readonly nextPageToken?: string;
  };
}

export interface HistoryLine {
  readonly eventId: string;
  readonly type: string;
  readonly occurTime: string;
  readonly recordTime: string;
  readonly outcome: string;
  readonly reason?: string;
  /** Only for an event that broke a rule. */
  readonly rejected?: { readonly type: string; readonly field: string; readonly reason: string };
  readonly attempt?: number | string;
  readonly worker?: string;
  /** Only for a failed attempt. */
  readonly error?: { readonly code: number; readonly message: string };
}

/** `:inspect` of an operation. */
export interface Inspection {
  readonly name: string;
  readonly state: State;
  readonly method: string;
  readonly parent: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createTime: string;
  readonly updateTime: string;
  readonly completeTime?: string;
  readonly expireTime?: string;
  readonly cancelRequested: boolean;
  readonly resumePoint: string;
  readonly checkpointBytes: number;
  readonly inputBytes?: number;
  /** Absent if it is too large to be shown. */
  readonly input?: JsonObject;
  readonly waits: readonly Wait[];
  readonly history: readonly HistoryLine[];
  readonly rerunOf?: string;
  readonly reruns?: readonly string[];
  /** 0 if there is none. */
  readonly attempt?: number;
  readonly try?: number;
  readonly worker?: string;
  readonly leaseExpireTime?: string;
  /** The time until which the signal waits for a worker. */
  readonly offered?: { readonly sends: number; readonly resendTime: string };
  readonly retryTime?: string;
  /** The earliest time limit of the operation. */
  readonly bound?: { readonly what: string; readonly time: string };
  readonly nextLookTime?: string;
}

export function idOf(name: string): string {
  return name.replace(/^operations\//, '');
}

/** Whether the name may be of an operation of this deployment. */
export function isOperationName(name: string): boolean {
  return /^operations\/[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/.test(name);
}
