/** The fields of Cloud Logging that link a log line to its operation and its trace. */
import { traceContextOf } from './trace-context.ts';

/**
 * https://cloud.google.com/logging/docs/structured-logging#special-payload-fields. Without a project, the trace id stands
 * alone.
 */
export function traceFields(traceparent: string | undefined, project: string | undefined): object {
  const found = traceContextOf(traceparent);
  if (!found) return {};
  const { traceId, spanId, sampled } = found;
  return {
    'logging.googleapis.com/trace': project ? `projects/${project}/traces/${traceId}` : traceId,
    'logging.googleapis.com/spanId': spanId,
    'logging.googleapis.com/trace_sampled': sampled,
  };
}

/** Puts the operation of a line into a label, so that one search finds all lines of an operation. */
export function operationLabels({ operation }: { readonly operation?: unknown }): object {
  return typeof operation === 'string' ? { 'logging.googleapis.com/labels': { operation } } : {};
}
