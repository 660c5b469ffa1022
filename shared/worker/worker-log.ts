import { type JsonLogOptions, jsonLog } from './json-log.ts';
import type { Log } from './op.ts';

/**
 * The log of a worker: the user's, or else JSON lines on stdout.
 *
 * Its functions never throw. The user's log may fail, as one does whose file is gone or whose function is absent. That must end neither
 * the step that logs, nor the attempt or the process that the line is about, so the line goes to stdout together with the error.
 */
export function workerLog(log: Log | undefined, options: JsonLogOptions): Log {
  const json = jsonLog(options);
  if (!log) return json;
  const at =
    (severity: keyof Log): Log[keyof Log] =>
    (message, fields) => {
      const failed = (error: unknown) => json[severity](message, { ...fields, logFailure: error });
      try {
        // A log may be asynchronous, although its type does not say so.
        const logged: unknown = log[severity](message, fields);
        if (logged instanceof Promise) logged.catch(failed);
      } catch (error) {
        failed(error);
      }
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
