import type { IncomingHttpHeaders } from 'node:http';
import type { Attributes, SpanOptions } from './telemetry.ts';

/** Returns the span of a call with these headers. It belongs to the caller's trace if the headers name one. */
export function serverSpan({ traceparent }: IncomingHttpHeaders, attributes?: Attributes): SpanOptions {
  const trace = typeof traceparent === 'string' ? traceparent : undefined;
  return { kind: 'server', trace, attributes };
}
