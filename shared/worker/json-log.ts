import { inspect } from 'node:util';
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
      write(jsonOf(line));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Never throws: what a step logs or throws may contain itself, hold a bigint, or have a field that cannot be read. */
function jsonOf(line: object): string {
  try {
    return JSON.stringify(line, describe);
  } catch {
    const fields = Object.entries(line).map(([name, value]) => [name, readable(value)]);
    return JSON.stringify(Object.fromEntries(fields));
  }
}

/** Returns the value if it has a JSON form, or else its text. */
function readable(value: unknown): unknown {
  try {
    const json = JSON.stringify(value, describe);
    return json === undefined ? undefined : JSON.parse(json);
  } catch {}
  try {
    return inspect(value);
  } catch {
    return 'cannot be read';
  }
}

function describe(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? (value.stack ?? String(value)) : value;
}
