import type { LifecycleEvent } from './event.ts';
import { isDeleted, type Operation } from './operation.ts';

/**
 * The operation with the trace that the event belongs to: what is done for it from here on is a part of that. `created` and
 * `waiting` say it, whatever was known before; any other event only where nothing is known.
 */
export function inTraceOf(operation: Operation, { type, traceparent }: LifecycleEvent): Operation {
  if (traceparent === undefined || traceparent === operation.trace || isDeleted(operation)) return operation;
  const begins = type === 'created' || type === 'waiting';
  return begins || operation.trace === undefined ? { ...operation, trace: traceparent } : operation;
}
