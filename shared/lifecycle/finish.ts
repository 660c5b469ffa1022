/** The end of an operation: by its worker, by the clock, or because no try is left. */
import type { Effect } from './effect.ts';
import { dedupeKey, type EventHeader } from './event.ts';
import { inPhase, isTerminal, type LiveOperation, type TerminalPhase } from './operation.ts';
import type { OperationFacts } from './operation-facts.ts';
import { type Applied, applied, type Circumstances, type Ignored } from './outcome.ts';
import type { AnyValue, Status } from './result.ts';
import { clampTime } from './time-range.ts';
import { giveUpWait } from './wait-end.ts';

export type Result =
  | { readonly state: 'SUCCEEDED'; readonly response: AnyValue }
  | { readonly state: 'FAILED' | 'CANCELLED'; readonly error: Status };

const COMPLETION: Effect = { kind: 'publishCompletion' };

/** I1: the first terminal event stands. */
export function finish(
  operation: LiveOperation,
  event: EventHeader,
  circumstances: Circumstances,
  result: Result,
  effects: readonly Effect[] = [],
): Applied | Ignored {
  if (isTerminal(operation)) return { outcome: 'ignored', reason: 'TERMINAL' };
  const given = giveUpWait(operation, 'TERMINAL', circumstances);
  const next = inPhase(operation, phaseOf(result, operation, event, circumstances), circumstances.now);
  return applied(next, { ended: given.ended, effects: [...given.effects, ...effects, COMPLETION] });
}

function phaseOf(
  result: Result,
  facts: OperationFacts,
  event: EventHeader,
  circumstances: Circumstances,
): TerminalPhase {
  const completeTime = event.occurTime;
  const expires = expireTime(facts, completeTime, circumstances);
  const terminalEventId = dedupeKey(event);
  if (result.state === 'SUCCEEDED') {
    const { state, response } = result;
    return { state, response, completeTime, expireTime: expires, terminalEventId };
  }
  const { state, error } = result;
  return { state, error, completeTime, expireTime: expires, terminalEventId };
}

/**
 * The time to live counts from the orchestrator's time of completion: a worker's slow clock must not remove the result early.
 */
export function expireTime(
  facts: OperationFacts,
  completeTime: number,
  { now, defaultTtl }: Circumstances,
): number {
  return clampTime(Math.max(completeTime, now) + (facts.creation?.value.ttl ?? defaultTtl));
}
