/** Builds OpenTelemetry's SDK from the environment variables. Loaded only if telemetry is on. */
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  ConsoleMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { GoogleAuth } from 'google-auth-library';
import type { ExportTarget, TelemetryDefaults } from './configured-telemetry.ts';
import type { Providers } from './open-telemetry.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** https://cloud.google.com/stackdriver/docs/reference/telemetry/overview */
const GOOGLE = 'https://telemetry.googleapis.com';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** The default of OTEL_METRIC_EXPORT_INTERVAL. */
const EXPORT_INTERVAL_MS = 60_000;

export interface SdkOptions extends TelemetryDefaults {
  readonly target: ExportTarget;
}

/** @throws Error that names the variable with an unsupported value */
export function sdkProviders(
  environment: Environment,
  { target, serviceName, project }: SdkOptions,
): Providers {
  const attributes: Record<string, string> = { 'service.name': serviceName };
  if (target.kind === 'google' && project) attributes['gcp.project_id'] = project;
  // The variables come last, so that they override the other attributes.
  const resource = defaultResource()
    .merge(resourceFromAttributes(attributes))
    .merge(detectResources({ detectors: [envDetector] }));
  const endpoint = endpointOf(target, project);
  const spanExporters = exportersOf(environment, 'OTEL_TRACES_EXPORTER').map(
    (kind): SpanExporter =>
      kind === 'console' ? new ConsoleSpanExporter() : new OTLPTraceExporter(endpoint('traces')),
  );
  const metricExporters = exportersOf(environment, 'OTEL_METRICS_EXPORTER').map(
    (kind): PushMetricExporter =>
      kind === 'console' ? new ConsoleMetricExporter() : new OTLPMetricExporter(endpoint('metrics')),
  );
  // The SDK itself reads the sampler and the span limits from the variables.
  const tracers = new BasicTracerProvider({
    resource,
    spanProcessors: spanExporters.map((exporter) => new BatchSpanProcessor(exporter)),
  });
  const exportIntervalMillis = Number(environment.OTEL_METRIC_EXPORT_INTERVAL) || EXPORT_INTERVAL_MS;
  const meters = new MeterProvider({
    resource,
    readers: metricExporters.map(
      (exporter) =>
        new PeriodicExportingMetricReader({
          exporter,
          exportIntervalMillis,
          exportTimeoutMillis: Math.min(exportIntervalMillis, EXPORT_INTERVAL_MS / 2),
        }),
    ),
  });
  const both = async (work: (provider: typeof tracers | typeof meters) => Promise<void>) => {
    await Promise.allSettled([work(tracers), work(meters)]);
  };
  return {
    tracers,
    meters,
    flush: () => both((provider) => provider.forceFlush()),
    close: () => both((provider) => provider.shutdown()),
  };
}

type ExporterKind = 'otlp' | 'console';

function exportersOf(environment: Environment, variable: string): readonly ExporterKind[] {
  const kinds = (environment[variable] || 'otlp').split(',').map((kind) => kind.trim());
  for (const kind of kinds) {
    if (kind === 'otlp') requireProtocol(environment, variable);
    else if (kind !== 'console' && kind !== 'none') {
      throw new Error(`${variable} must be otlp, console or none, and is "${kind}"`);
    }
  }
  return kinds.filter((kind): kind is ExporterKind => kind !== 'none');
}

/** Only this protocol is supported: every collector accepts it at port 4318. */
function requireProtocol(environment: Environment, exporter: string): void {
  const signal = exporter === 'OTEL_TRACES_EXPORTER' ? 'TRACES' : 'METRICS';
  for (const variable of [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    const protocol = environment[variable];
    if (protocol && protocol !== 'http/protobuf') {
      throw new Error(`${variable} must be http/protobuf, and is "${protocol}"`);
    }
    if (protocol) return;
  }
}

/** The options of an exporter. Without options, the exporter reads OpenTelemetry's variables itself. */
function endpointOf(target: ExportTarget, project: string | undefined) {
  switch (target.kind) {
    case 'variables':
      return () => ({});
    case 'collector':
      return (signal: string) => ({ url: `${target.url.replace(/\/+$/, '')}/v1/${signal}` });
    case 'google': {
      const auth = new GoogleAuth({ scopes: SCOPE });
      const headers = async () => {
        const found: Record<string, string> = Object.fromEntries(await auth.getRequestHeaders());
        if (project) found['x-goog-user-project'] = project;
        return found;
      };
      return (signal: string) => ({ url: `${GOOGLE}/v1/${signal}`, headers });
    }
  }
}
