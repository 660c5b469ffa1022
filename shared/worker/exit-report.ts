import type { Log } from './op.ts';

/** The number of operations that the line names. */
const MAX_NAMED = 100;

/**
 * Says in the log that the process ends while attempts run, and which: a step, or a library that it calls, may call `process.exit`, or throw
 * where nothing catches it. Otherwise the end of the one step would look like a pause of all of them. Returns a function that ends this.
 */
export function reportExit(running: () => readonly string[], log: Log): () => void {
  const report = (exitCode: number) => {
    const operations = running();
    if (operations.length === 0) return;
    log.error('the process ends while steps run: each is tried again once its lease has run out', {
      exitCode,
      attempts: operations.length,
      operations: operations.slice(0, MAX_NAMED),
    });
  };
  process.on('exit', report);
  return () => void process.off('exit', report);
}
