/** W3C trace context, version 00: https://www.w3.org/TR/trace-context/#traceparent-header */

export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/**
 * Returns the context that a `traceparent` names. Returns undefined for an invalid one, which is ignored as the specification
 * requires.
 */
export function traceContextOf(traceparent: string | undefined): TraceContext | undefined {
  if (traceparent === undefined) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', rest] = FORM.exec(traceparent) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

export function traceparentOf({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** Returns the `traceparent` without the fields that later versions may add. Returns undefined if it is invalid. */
export function validTraceparent(traceparent: string | undefined): string | undefined {
  const context = traceContextOf(traceparent);
  return context && traceparentOf(context);
}
