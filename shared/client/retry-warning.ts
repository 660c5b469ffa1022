/** Says that a server does not answer, to people who have set no `onRetry`. */
import type { Retry } from './http-api.ts';

/** A server that is replaced is away for a moment: two failures are usual, and no reason to disturb anyone. */
const FIRST_TRIES = 3;
const INTERVAL_MS = 60_000;

/** Emits a warning of the process, at most once a minute. A browser has no such warnings. */
export function retryWarning(): (retry: Retry) => void {
  let quietUntilMs = 0;
  return ({ error, tries }) => {
    const nowMs = performance.now();
    if (tries < FIRST_TRIES || nowMs < quietUntilMs) return;
    quietUntilMs = nowMs + INTERVAL_MS;
    globalThis.process?.emitWarning?.(`${error.message}; trying again`, 'LroWarning');
  };
}
