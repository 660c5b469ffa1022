import type { Log } from './op.ts';

const SEVERITY = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const;

/** One JSON object a line, as Cloud Logging reads it: https://cloud.google.com/logging/docs/structured-logging */
export function jsonLog(write: (line: string) => void = console.log): Log {
  const at = (level: keyof typeof SEVERITY) => (message: string, fields?: object) =>
    write(JSON.stringify({ severity: SEVERITY[level], message, ...fields }, describeErrors));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function describeErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? (value.stack ?? String(value)) : value;
}
