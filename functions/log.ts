import pino, { type Logger } from 'pino';
import { operationLabels, traceFields } from '../shared/telemetry/log-fields.ts';
import { NO_TELEMETRY, type Telemetry } from '../shared/telemetry/telemetry.ts';

/** The severities of Cloud Logging: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity */
const SEVERITIES: Readonly<Record<string, string>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
};

export interface LogOptions {
  /** The telemetry whose spans the log lines belong to. */
  readonly telemetry?: Telemetry;
  /** The project that the traces are stored in. */
  readonly project?: string;
}

/**
 * Writes structured logs to the standard output, where Cloud Logging reads them. Each line has its trace and its operation.
 */
export function cloudLog(level: string, { telemetry = NO_TELEMETRY, project }: LogOptions = {}): Logger {
  return pino({
    level,
    messageKey: 'message',
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label) => ({ severity: SEVERITIES[label] ?? 'DEFAULT' }),
      log: (fields) => ({ ...fields, ...operationLabels(fields) }),
    },
    mixin: telemetry.isOn ? () => traceFields(telemetry.traceparent(), project) : undefined,
  });
}
