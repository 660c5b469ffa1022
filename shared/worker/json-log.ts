import { operationLabels, traceFields } from '../telemetry/log-fields.ts';
import { NO_TELEMETRY, type Telemetry } from '../telemetry/telemetry.ts';
import type { Log } from './op.ts';

const SEVERITY = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const;

export interface JsonLogOptions {
  /** The telemetry. Each line names its current span. */
  readonly telemetry?: Telemetry;
  /** The Google Cloud project of the traces. */
  readonly project?: string;
}

/** Writes one JSON object for each line, in the format of Cloud Logging: https://cloud.google.com/logging/docs/structured-logging */
export function jsonLog(
  { telemetry = NO_TELEMETRY, project }: JsonLogOptions = {},
  write: (line: string) => void = console.log,
): Log {
  const at =
    (level: keyof typeof SEVERITY) =>
    (message: string, fields: object = {}) => {
      const line = {
        severity: SEVERITY[level],
        message,
        ...fields,
        ...operationLabels(fields),
        ...traceFields(telemetry.traceparent(), project),
      };
      write(JSON.stringify(line, describeErrors));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function describeErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? (value.stack ?? String(value)) : value;
}
