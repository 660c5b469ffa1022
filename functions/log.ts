import pino, { type Logger } from 'pino';

/** The severities of Cloud Logging: https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#LogSeverity */
const SEVERITIES: Readonly<Record<string, string>> = {
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
};

/** Structured logs as Cloud Logging reads them from the standard output. */
export function cloudLog(level: string): Logger {
  return pino({
    level,
    messageKey: 'message',
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ severity: SEVERITIES[label] ?? 'DEFAULT' }) },
  });
}
