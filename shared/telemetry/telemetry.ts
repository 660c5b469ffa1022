/**
 * The port for spans and metrics. Its users import this file and nothing of OpenTelemetry, which is loaded only if telemetry is
 * configured: see configured-telemetry.ts.
 */
import type { CounterName, GaugeName, HistogramName } from './instruments.ts';

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** The span kinds of OpenTelemetry: https://opentelemetry.io/docs/specs/otel/trace/api/#spankind */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  /** Default: `internal`. */
  readonly kind?: SpanKind;
  /**
   * The W3C `traceparent` that the work belongs to, from a message or an operation. The span becomes a part of this trace. If the
   * current span is of another trace, the new span has a link to it.
   */
  readonly trace?: string;
  /** Further spans to link to. */
  readonly links?: readonly (string | undefined)[];
  readonly attributes?: Attributes;
}

export interface Span {
  /** The W3C `traceparent` of this span. undefined if telemetry is off. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
}

export interface Telemetry {
  /** Whether anything is recorded. Callers skip work that only telemetry needs if this is false. */
  readonly isOn: boolean;
  /** Runs `work` within a span, which ends when `work` ends. Rejects with the error of `work`. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  count(name: CounterName, attributes?: Attributes): void;
  record(name: HistogramName, value: number, attributes?: Attributes): void;
  set(name: GaugeName, value: number, attributes?: Attributes): void;
  /** The W3C `traceparent` of the current span. undefined if there is none. */
  traceparent(): string | undefined;
  /** Sends the recorded telemetry. Never rejects, because telemetry must not fail a call. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const NO_SPAN: Span = { traceparent: undefined, set() {} };

/** Telemetry that is off. Each use costs one function call. */
export const NO_TELEMETRY: Telemetry = {
  isOn: false,
  span: (_name, _options, work) => work(NO_SPAN),
  count() {},
  record() {},
  set() {},
  traceparent: () => undefined,
  flush: async () => {},
  close: async () => {},
};
