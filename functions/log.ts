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
  /** Whose spans the lines belong to. */
  readonly telemetry?: Telemetry;
  /** The project of the traces. */
  readonly project?: string;
}

/** Structured logs as Cloud Logging reads them from the standard output, each line with its trace and its operation. */
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
    ...(telemetry.isOn && { mixin: () => traceFields(telemetry.traceparent(), project) }),
  });
}
