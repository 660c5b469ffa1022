import type { IncomingHttpHeaders } from 'node:http';
import type { SpanOptions } from './telemetry.ts';

/** Of a call that came with these headers: a part of the caller's trace, where it says one. */
export function serverSpan({ traceparent }: IncomingHttpHeaders): SpanOptions {
  return { kind: 'server', ...(typeof traceparent === 'string' && { trace: traceparent }) };
}
