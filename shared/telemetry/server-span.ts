import type { IncomingHttpHeaders } from 'node:http';
import type { SpanOptions } from './telemetry.ts';

/** Returns the span of a call with these headers. It belongs to the caller's trace if the headers name one. */
export function serverSpan({ traceparent }: IncomingHttpHeaders): SpanOptions {
  return { kind: 'server', ...(typeof traceparent === 'string' && { trace: traceparent }) };
}
