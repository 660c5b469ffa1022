/** The small changes that events make to the facts of an operation. */

import { attemptAt } from './attempt.ts';
import type { EventHeader } from './event.ts';
import { type EventOrder, eventOrder, newest, type Register } from './event-order.ts';
import type { LiveOperation, Operation } from './operation.ts';
import type { Circumstances } from './outcome.ts';
import type { AnyValue } from './result.ts';
import type { Savepoint } from './savepoint.ts';

/** An event without an attempt is ordered within the attempt that was current at its publish time. */
export function orderOf({ attempts }: LiveOperation, event: EventHeader): EventOrder {
  const attempt = event.attempt ?? attemptAt(attempts, event.publishTime);
  return eventOrder(attempt, event.position, event.eventId);
}

export function metadataOf(
  operation: Operation,
  { metadata }: { readonly metadata?: AnyValue },
  order: EventOrder,
): Register<AnyValue> | undefined {
  return newest(operation.metadata, register(metadata, order));
}

/** Keeps the newest savepoint. A changed resume point resets the count of tries. */
export function withSavepoint<O extends LiveOperation>(
  operation: O,
  event: Savepoint,
  order: EventOrder,
  { now }: Pick<Circumstances, 'now'>,
): O {
  const resumePoint = newest(operation.resumePoint, register(event.resumePoint, order));
  const moved = resumePoint !== operation.resumePoint && resumePoint?.value !== operation.resumePoint?.value;
  return {
    ...operation,
    checkpoint: newest(operation.checkpoint, register(event.checkpoint, order)),
    resumePoint,
    tries: moved ? Math.min(operation.tries, 1) : operation.tries,
    updateTime: now,
  };
}

export function register<T>(value: T | undefined, order: EventOrder): Register<T> | undefined {
  return value === undefined ? undefined : { value, order };
}
