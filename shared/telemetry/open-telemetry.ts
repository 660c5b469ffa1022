/** The telemetry port on OpenTelemetry's API. Only this file imports the API, and other files import this file dynamically. */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes as ApiAttributes,
  type Span as ApiSpan,
  SpanKind as ApiSpanKind,
  type Context,
  context,
  type Link,
  type MeterProvider,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  TraceFlags,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { COUNTERS, GAUGES, HISTOGRAMS, type Instrument, SECONDS_BOUNDARIES } from './instruments.ts';
import type { Attributes, Span, SpanKind, SpanOptions, Telemetry } from './telemetry.ts';
import { traceContextOf, traceparentOf } from './trace-context.ts';

const SCOPE = 'lro-orchestrator';

export interface Providers {
  readonly tracers: TracerProvider;
  readonly meters: MeterProvider;
  flush?(): Promise<void>;
  close?(): Promise<void>;
}

const KINDS: Readonly<Record<SpanKind, ApiSpanKind>> = {
  internal: ApiSpanKind.INTERNAL,
  server: ApiSpanKind.SERVER,
  client: ApiSpanKind.CLIENT,
  producer: ApiSpanKind.PRODUCER,
  consumer: ApiSpanKind.CONSUMER,
};

export function openTelemetry({ tracers, meters, flush, close }: Providers): Telemetry {
  const tracer = tracers.getTracer(SCOPE);
  const meter = meters.getMeter(SCOPE);
  const counters = eachOf(COUNTERS, (name, of) => meter.createCounter(name, of));
  const histograms = eachOf(HISTOGRAMS, (name, of) =>
    meter.createHistogram(name, { ...of, advice: { explicitBucketBoundaries: SECONDS_BOUNDARIES } }),
  );
  const gauges = eachOf(GAUGES, (name, of) => meter.createGauge(name, of));
  /** Keeps the current span of this port, because the process may have no registered context manager. */
  const current = new AsyncLocalStorage<Context>();
  const active = (): Context => current.getStore() ?? context.active();

  return {
    isOn: true,
    span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
      const { parent, links } = placeOf(active(), options);
      const { kind = 'internal', attributes = {} } = options;
      const span = tracer.startSpan(
        name,
        { kind: KINDS[kind], attributes: apiAttributes(attributes), links },
        parent,
      );
      const within = trace.setSpan(parent, span);
      // If the process has a context manager, spans of the user's code become children of this span.
      return current.run(within, () => context.with(within, () => ended(span, work)));
    },
    count: (name, attributes = {}) => counters[name].add(1, apiAttributes(attributes)),
    record: (name, value, attributes = {}) =>
      histograms[name].record(Math.max(0, value), apiAttributes(attributes)),
    set: (name, value, attributes = {}) => gauges[name].record(value, apiAttributes(attributes)),
    traceparent: () => traceparentIn(trace.getSpanContext(active())),
    flush: async () => quietly(flush),
    close: async () => quietly(close),
  };
}

/** The parent and the links of a span. */
function placeOf(
  active: Context,
  { trace: kept, links = [] }: SpanOptions,
): { parent: Context; links: Link[] } {
  const under = trace.getSpanContext(active);
  const own = remote(kept);
  const isOfTrace = !own || own.traceId === under?.traceId;
  const parent = isOfTrace ? active : trace.setSpanContext(ROOT_CONTEXT, own);
  const further = [...links.map(remote), isOfTrace ? undefined : under];
  const parentId = trace.getSpanContext(parent)?.spanId;
  return {
    parent,
    links: further.flatMap((linked) => (linked && linked.spanId !== parentId ? [{ context: linked }] : [])),
  };
}

function remote(traceparent: string | undefined): SpanContext | undefined {
  const found = traceContextOf(traceparent);
  if (!found) return undefined;
  const { traceId, spanId, sampled } = found;
  return { traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}

async function ended<T>(span: ApiSpan, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await work({
      traceparent: traceparentIn(span.spanContext()),
      set: (attributes) => span.setAttributes(apiAttributes(attributes)),
    });
  } catch (error) {
    // The message of an error may contain payloads. Only the log gets it, because access to the log is limited.
    span.setAttribute('error.type', typeOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

function typeOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}

function traceparentIn(of: SpanContext | undefined): string | undefined {
  if (!of) return undefined;
  const { traceId, spanId, traceFlags } = of;
  return traceparentOf({ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 });
}

function apiAttributes(attributes: Attributes): ApiAttributes {
  return attributes;
}

function eachOf<N extends string, I>(
  instruments: Readonly<Record<N, Instrument>>,
  create: (name: N, instrument: Instrument) => I,
): Record<N, I> {
  const names = Object.keys(instruments) as N[];
  return Object.fromEntries(names.map((name) => [name, create(name, instruments[name])])) as Record<N, I>;
}

async function quietly(work: (() => Promise<void>) | undefined): Promise<void> {
  try {
    await work?.();
  } catch {
    // Telemetry that the collector refuses is lost. That must not fail any other work.
  }
}
