import type { LifecycleEvent } from './event.ts';
import { isDeleted, type Operation } from './operation.ts';

/**
 * Returns the operation with the trace of the event. Later work on the operation belongs to this trace. `created` and `waiting` replace
 * the trace; any other event sets it only if the operation has none.
 */
export function inTraceOf(operation: Operation, { type, traceparent }: LifecycleEvent): Operation {
  if (traceparent === undefined || traceparent === operation.trace || isDeleted(operation)) return operation;
  const begins = type === 'created' || type === 'waiting';
  return begins || operation.trace === undefined ? { ...operation, trace: traceparent } : operation;
}
