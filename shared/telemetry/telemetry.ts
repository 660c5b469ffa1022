/**
 * The port for spans and metrics. Its users import this file and nothing of OpenTelemetry, which is loaded only if telemetry is
 * configured: see configured-telemetry.ts.
 */
import type { CounterName, GaugeName, HistogramName } from './instruments.ts';

export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** The kinds of OpenTelemetry: what stands on the other side of the span. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanOptions {
  /** `internal` where it is absent. */
  readonly kind?: SpanKind;
  /**
   * The W3C `traceparent` that the work belongs to, as a message brought it or an operation kept it. The span is always of
   * this trace: where the span that is under way is of another one, that is a link, and the kept one is the parent.
   */
  readonly trace?: string;
  /** Further spans that the work follows from. */
  readonly links?: readonly (string | undefined)[];
  readonly attributes?: Attributes;
}

export interface Span {
  /** The W3C `traceparent` of this span; undefined where telemetry is off. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
}

export interface Telemetry {
  /** Whether anything is recorded: what costs something only for that is left out otherwise. */
  readonly isOn: boolean;
  /** Runs `work` within a span, which ends with it; what `work` rejects with is passed on. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  count(name: CounterName, attributes?: Attributes): void;
  record(name: HistogramName, value: number, attributes?: Attributes): void;
  set(name: GaugeName, value: number, attributes?: Attributes): void;
  /** The W3C `traceparent` of the span that is under way; undefined where there is none. */
  traceparent(): string | undefined;
  /** Sends what is recorded. Never rejects: telemetry is not worth a failed call. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const NO_SPAN: Span = { traceparent: undefined, set() {} };

/** Telemetry that is off: it costs a call. */
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
