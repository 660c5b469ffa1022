/**
 * Configures telemetry by the setting TELEMETRY, or by OpenTelemetry's own variables
 * (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
 *
 * If telemetry is off, no module of OpenTelemetry is loaded.
 */
import { NO_TELEMETRY, type Telemetry } from './telemetry.ts';

export interface TelemetryDefaults {
  /** The value of `service.name` if neither OTEL_SERVICE_NAME nor OTEL_RESOURCE_ATTRIBUTES sets it. */
  readonly serviceName: string;
  /** The Google Cloud project that gets the telemetry with `TELEMETRY=google`. */
  readonly project?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that configure an exporter. If one of them is set, telemetry is on. */
const EXPORTER_VARIABLES = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_TRACES_EXPORTER',
  'OTEL_METRICS_EXPORTER',
];

/**
 * Returns the telemetry that the environment variables configure. Off by default. If the process has registered a provider with
 * OpenTelemetry's API, spans and metrics go to that provider.
 *
 * @throws Error that names the variable, or the package that is not installed
 */
export async function configuredTelemetry(
  environment: Environment,
  defaults: TelemetryDefaults,
): Promise<Telemetry> {
  const target = targetOf(environment);
  if (target.kind === 'off') return NO_TELEMETRY;
  if (target.kind === 'registered') {
    const [{ openTelemetry }, api] = await Promise.all([
      import('./open-telemetry.ts'),
      import('@opentelemetry/api'),
    ]);
    return openTelemetry({ tracers: api.trace.getTracerProvider(), meters: api.metrics.getMeterProvider() });
  }
  const [{ openTelemetry }, { sdkProviders }] = await Promise.all([
    import('./open-telemetry.ts'),
    import('./sdk-providers.ts').catch(notInstalled),
  ]);
  return openTelemetry(sdkProviders(environment, { ...defaults, target }));
}

export type ExportTarget =
  /** The exporter that OpenTelemetry's variables configure. */
  | { readonly kind: 'variables' }
  /** Google's Telemetry API. */
  | { readonly kind: 'google' }
  /** A collector that accepts OTLP over HTTP. */
  | { readonly kind: 'collector'; readonly url: string };

type Target = ExportTarget | { readonly kind: 'off' } | { readonly kind: 'registered' };

/** @throws Error that names the setting and its rule */
export function targetOf(environment: Environment): Target {
  const { TELEMETRY: setting = '', OTEL_SDK_DISABLED: disabled } = environment;
  if (setting === 'off' || disabled?.toLowerCase() === 'true') return { kind: 'off' };
  if (setting === 'google') return { kind: 'google' };
  if (setting !== '') {
    if (!/^https?:$/.test(URL.canParse(setting) ? new URL(setting).protocol : '')) {
      throw new Error(`TELEMETRY must be off, google or the URL of a collector, and is "${setting}"`);
    }
    return { kind: 'collector', url: setting };
  }
  if (hasProvider()) return { kind: 'registered' };
  const given = EXPORTER_VARIABLES.map((name) => environment[name]).filter((value) => value);
  return { kind: given.some((value) => value !== 'none') ? 'variables' : 'off' };
}

/**
 * The global object in which all copies of OpenTelemetry's API in a process keep the registered providers: see its
 * `global-utils.ts`.
 */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

function hasProvider(): boolean {
  const registered = (globalThis as { [REGISTERED]?: { trace?: unknown; metrics?: unknown } })[REGISTERED];
  return registered?.trace !== undefined || registered?.metrics !== undefined;
}

function notInstalled(cause: unknown): never {
  throw new Error(
    'Telemetry is configured, and the optional packages of OpenTelemetry are not installed: npm install ' +
      '@opentelemetry/sdk-trace-base @opentelemetry/sdk-metrics @opentelemetry/resources ' +
      '@opentelemetry/exporter-trace-otlp-proto @opentelemetry/exporter-metrics-otlp-proto',
    { cause },
  );
}
