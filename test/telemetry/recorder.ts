/** Telemetry on OpenTelemetry's own SDK, with its exporters in memory. */
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { openTelemetry } from '../../shared/telemetry/open-telemetry.ts';
import type { Telemetry } from '../../shared/telemetry/telemetry.ts';

const NEVER_MS = 2 ** 30;

export interface Recorder {
  readonly telemetry: Telemetry;
  spans(): readonly ReadableSpan[];
  /** The sum of a counter, the count of a histogram, or the value of a gauge, of the series with these attributes. */
  metric(name: string, attributes?: Readonly<Record<string, unknown>>): Promise<number | undefined>;
  /** Names of all that was recorded. */
  names(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** `service` is the resource that the spans say, so that a worker's are told from the orchestrator's. */
export function recorder(service: string): Recorder {
  const resource = resourceFromAttributes({ 'service.name': service });
  const exporter = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: NEVER_MS });
  const meters = new MeterProvider({ resource, readers: [reader] });

  const collected = async () => {
    await reader.forceFlush();
    return (
      metrics
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
    );
  };
  return {
    telemetry: openTelemetry({ tracers, meters }),
    spans: () => exporter.getFinishedSpans(),
    async metric(name, attributes = {}) {
      const points = (await collected()).find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
      const values = points
        .filter((point) =>
          Object.entries(attributes).every(([key, value]) => point.attributes[key] === value),
        )
        .map(({ value }) => (typeof value === 'number' ? value : value.count));
      return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
    },
    async names() {
      return (await collected()).map(({ descriptor }) => descriptor.name);
    },
    async close() {
      await tracers.shutdown();
      await meters.shutdown();
    },
  };
}
