/** W3C trace context, version 00: https://www.w3.org/TR/trace-context/#traceparent-header */

export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const SAMPLED = 1;

/** The context that a `traceparent` names; undefined for one that is not valid, which the specification has ignored. */
export function traceContextOf(traceparent: string | undefined): TraceContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] = FORM.exec(traceparent ?? '') ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

export function traceparentOf({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** The `traceparent` where it is valid, without what later versions may have put behind it. */
export function validTraceparent(traceparent: string | undefined): string | undefined {
  const context = traceContextOf(traceparent);
  return context && traceparentOf(context);
}
