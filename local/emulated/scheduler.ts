/**
 * Replaces Cloud Scheduler, but runs more often, so that a developer does not wait a minute for a lost lease. As with Cloud
 * Scheduler, no run begins before the previous run has ended.
 */
const SWEEP_INTERVAL_MS = 2_000;
const SWEEP_TIMEOUT_MS = 60_000;

/** Calls the function `sweep` at its URL until the result is called. Does not keep the process alive. */
export function startScheduler(sweepUrl: string): () => void {
  let isSweeping = false;
  const timer = setInterval(() => {
    if (isSweeping) return;
    isSweeping = true;
    fetch(sweepUrl, { method: 'POST', signal: AbortSignal.timeout(SWEEP_TIMEOUT_MS) })
      .then((answer) => answer.text())
      .catch(() => undefined)
      .finally(() => {
        isSweeping = false;
      });
  }, SWEEP_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}
