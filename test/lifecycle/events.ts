/** Lifecycle events for tests, in the order in which they are built. */

import type { DispatchTerms } from '../../shared/lifecycle/dispatch.ts';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { LifecycleEvent, ResumedEvent, WorkerEvent } from '../../shared/lifecycle/event.ts';
import { resumedEventId } from '../../shared/lifecycle/event.ts';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Circumstances } from '../../shared/lifecycle/outcome.ts';
import type { AnyValue } from '../../shared/lifecycle/result.ts';
import type { ResumedBy, WaitCause, WaitTerms } from '../../shared/lifecycle/wait.ts';
import { sameContent } from '../../shared/messages/same-content.ts';

export const OPERATION: OperationName = 'operations/parent';
export const START = 1_700_000_000_000;
export const CIRCUMSTANCES: Circumstances = {
  now: START,
  defaultTtl: 1_000,
  random: 0.5,
  workflowGraceMs: 5_000,
  sameContent,
};

export const TERMS: WaitTerms = {
  policy: { kind: 'ALL_DONE' },
  childCount: 1,
  externals: [],
  deadline: START + 60_000,
  pollFrequency: 10_000,
};

export function any(text: string): AnyValue {
  return { typeUrl: 'example.com/Text', value: Buffer.from(text) };
}

/** The event that happened `tick` milliseconds after the start; its id says what it is. */
export function event(
  tick: number,
  body: WorkerEvent,
  {
    operation = OPERATION,
    eventId = `${body.type}-${tick}`,
    sequence = undefined as bigint | undefined,
    attempt = undefined as number | undefined,
    worker = undefined as string | undefined,
    publishTime = START + tick,
  } = {},
): LifecycleEvent {
  const occurTime = START + tick;
  const position = { sequence, seconds: Math.floor(occurTime / 1000), nanos: (occurTime % 1000) * 1e6 };
  const named = { ...(attempt !== undefined && { attempt }), ...(worker !== undefined && { worker }) };
  return { operation, eventId, occurTime, publishTime, position, ...named, ...body };
}

export function created(tick: number, method = 'example.v1.Make', metadata?: AnyValue): LifecycleEvent {
  return event(tick, { type: 'created', creation: { method, labels: {} }, metadata });
}

/** A `created` that has the orchestrator start the work. */
export function dispatched(
  tick: number,
  terms: Partial<DispatchTerms> = {},
  timeoutMs?: number,
): LifecycleEvent {
  const deadline = timeoutMs === undefined ? undefined : START + tick + timeoutMs;
  const dispatch = { ...DEFAULT_DISPATCH, ...terms };
  return event(tick, {
    type: 'created',
    creation: { method: 'example.v1.Make', labels: {}, dispatch, timeoutMs, deadline },
  });
}

export function waiting(tick: number, resumePoint?: string, terms: Partial<WaitTerms> = {}): LifecycleEvent {
  const body = {
    type: 'waiting',
    terms: { ...TERMS, ...terms },
    children: ['operations/child'],
    spawn: [],
  } as const;
  return event(tick, { ...body, ...(resumePoint !== undefined && { resumePoint }) });
}

export function resumed(
  waitId: string,
  cause: WaitCause = 'CHILDREN',
  by: ResumedBy = 'push',
): LifecycleEvent {
  const body: ResumedEvent = { type: 'resumed', waitId, cause, by };
  const eventId = resumedEventId(waitId);
  const position = { seconds: START / 1000, nanos: 0 };
  return { operation: OPERATION, eventId, occurTime: START, publishTime: START, position, ...body };
}

export function succeeded(tick: number, response = 'done'): LifecycleEvent {
  return event(tick, { type: 'succeeded', response: any(response) });
}

export function failed(tick: number): LifecycleEvent {
  return event(tick, { type: 'failed', error: { code: 13, message: 'broke', details: [] } });
}

export function cancelRequested(tick: number, cascade = true): LifecycleEvent {
  return event(tick, { type: 'cancelRequested', cascade });
}
