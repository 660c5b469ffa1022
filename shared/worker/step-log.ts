import type { Log } from './op.ts';

/** Which step of which attempt logs. */
interface LoggingStep {
  readonly operation: string;
  readonly method: string;
  readonly attempt: number | undefined;
  readonly step: string;
}

/** A log whose lines name the operation and the step, so that a search for an operation finds what its steps log. */
export function stepLog(log: Log, step: LoggingStep): Log {
  const at =
    (severity: keyof Log): Log[keyof Log] =>
    (message, fields) =>
      log[severity](message, { ...step, ...fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
