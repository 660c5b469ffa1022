/**
 * The fields of an operation that change and that no query filters by, as one JSON text, so that a change writes one
 * column.
 *
 * Invariant: fields with the value of a newly created operation without dispatch are left out. So most operations have
 * no such text, and a row of a release without this column reads as such an operation.
 */
import { type Attempts, attemptNumber } from '../lifecycle/attempt.ts';
import { type Handover, type Operation, UNWATCHED } from '../lifecycle/operation.ts';
import {
  type ChildrenStop,
  type LastResort,
  type OperationFacts,
  type Resumption,
  START,
} from '../lifecycle/operation-facts.ts';
import type { OpenWait } from '../lifecycle/wait.ts';
import { fromStatusRecord, type StatusRecord, toStatusRecord } from './any-record.ts';

interface ControlRecord {
  readonly attempts?: Attempts;
  readonly tries?: number;
  readonly resumption?: Resumption;
  readonly handover?: Handover;
  /** Valid only for the wait that is named. */
  readonly look?: { readonly waitId: string; readonly time: number };
  readonly lastResort?: Omit<LastResort, 'error'> & { readonly error: StatusRecord };
  readonly cancelTime?: number;
  readonly childrenStop?: ChildrenStop;
  readonly keptNotifications?: number;
  readonly timeoutMs?: number;
  readonly deadline?: number;
  readonly keepsSucceeded?: boolean;
  readonly trace?: string;
}

export interface Control
  extends Pick<
    OperationFacts,
    | 'attempts'
    | 'tries'
    | 'resumption'
    | 'lastResort'
    | 'cancelTime'
    | 'childrenStop'
    | 'keptNotifications'
    | 'trace'
  > {
  readonly handover: Handover;
  readonly timeoutMs: number | undefined;
  readonly deadline: number | undefined;
  readonly keepsSucceeded: boolean | undefined;
  readonly look: ControlRecord['look'];
}

const NOTHING: ControlRecord = {};
const FIRST: Attempts = [{ number: 1, startTime: 0, worker: undefined, end: undefined }];
const NONE: Attempts = [];

/** Returns undefined if every field has its initial value. */
export function encodeControl(operation: Operation): string | undefined {
  const { attempts, tries, resumption, lastResort, cancelTime, childrenStop, keptNotifications, creation } =
    operation;
  const record: ControlRecord = {
    attempts: isUsual(attempts) ? undefined : attempts,
    tries: tries === usualTries(operation.state) ? undefined : tries,
    resumption: resumption.kind === 'START' ? undefined : resumption,
    handover:
      operation.state === 'RUNNING' && operation.handover.kind !== 'UNWATCHED'
        ? operation.handover
        : undefined,
    look: lookOf(operation),
    lastResort: lastResort && {
      cause: lastResort.cause,
      error: toStatusRecord(lastResort.error),
      deadline: lastResort.deadline,
    },
    cancelTime,
    childrenStop,
    keptNotifications: keptNotifications === 0 ? undefined : keptNotifications,
    timeoutMs: creation?.value.timeoutMs,
    deadline: creation?.value.deadline,
    keepsSucceeded: creation?.value.keepsSucceeded,
    trace: operation.trace,
  };
  const text = JSON.stringify(record);
  return text === '{}' ? undefined : text;
}

/** `attempt` is the number of the current attempt, or 0 if there is none. */
export function decodeControl(text: string | undefined, attempt: number, state: Operation['state']): Control {
  const record: ControlRecord = text === undefined ? NOTHING : JSON.parse(text);
  return {
    attempts: record.attempts ?? (attempt === 0 ? NONE : FIRST),
    tries: record.tries ?? usualTries(state),
    resumption: record.resumption ?? START,
    handover: record.handover ?? UNWATCHED,
    keptNotifications: record.keptNotifications ?? 0,
    lastResort: record.lastResort && {
      cause: record.lastResort.cause,
      error: fromStatusRecord(record.lastResort.error),
      deadline: record.lastResort.deadline,
    },
    cancelTime: record.cancelTime,
    childrenStop: record.childrenStop,
    timeoutMs: record.timeoutMs,
    deadline: record.deadline,
    keepsSucceeded: record.keepsSucceeded,
    trace: record.trace,
    look: record.look,
  };
}

/** When `sweep` next looks at the open wait. */
export function lookTimeOf({ look }: Control, wait: OpenWait): number {
  return look?.waitId === wait.waitId ? look.time : usualLookTime(wait);
}

function isUsual(attempts: Attempts): boolean {
  if (attempts.length === 0) return true;
  const [only] = attempts;
  return (
    attemptNumber(attempts) === 1 &&
    attempts.length === 1 &&
    only?.startTime === 0 &&
    only.worker === undefined &&
    only.end === undefined
  );
}

/** A deleted operation has none. */
function usualTries(state: Operation['state']): number {
  return state === 'DELETED' ? 0 : 1;
}

function lookOf(operation: Operation): ControlRecord['look'] {
  if (operation.state !== 'WAITING') return undefined;
  const { lookTime, wait } = operation;
  return lookTime === usualLookTime(wait) ? undefined : { waitId: wait.waitId, time: lookTime };
}

/** For a wait from a release without look times: when its sleep ends, or its deadline. */
function usualLookTime({ sleepUntil, deadline }: OpenWait): number {
  return Math.min(sleepUntil ?? deadline, deadline);
}
