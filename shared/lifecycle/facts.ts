/** The small changes that events make to the facts of an operation. */
import type { EventHeader } from './event.ts';
import { type EventOrder, newest, type Register } from './event-order.ts';
import type { LiveOperation, Operation, OperationFacts } from './operation.ts';
import type { Circumstances } from './outcome.ts';
import type { AnyValue } from './result.ts';
import type { Savepoint } from './savepoint.ts';

/** An event with its order among the events of its operation. */
export type Ordered<E> = E & { readonly order: EventOrder };

/** Returns the operation with `changes` applied, in its current phase. */
export function merge<O extends LiveOperation>(
  operation: O,
  { now }: Pick<Circumstances, 'now'>,
  changes: Partial<OperationFacts>,
): O {
  return { ...operation, ...changes, updateTime: now };
}

export function metadataOf(operation: Operation, event: Ordered<EventHeader & { metadata?: AnyValue }>) {
  return newest(operation.metadata, register(event.metadata, event.order));
}

/** Keeps the newest savepoint. A changed resume point resets the count of tries. */
export function savepointOf(
  operation: Operation,
  event: Ordered<EventHeader & Savepoint>,
): Pick<OperationFacts, 'checkpoint' | 'resumePoint' | 'tries'> {
  const resumePoint = newest(operation.resumePoint, register(event.resumePoint, event.order));
  const moved = resumePoint !== operation.resumePoint && resumePoint?.value !== operation.resumePoint?.value;
  return {
    checkpoint: newest(operation.checkpoint, register(event.checkpoint, event.order)),
    resumePoint,
    tries: moved ? Math.min(operation.tries, 1) : operation.tries,
  };
}

function register<T>(value: T | undefined, order: EventOrder): Register<T> | undefined {
  return value === undefined ? undefined : { value, order };
}
