/** The Operations API over HTTP. */
import { operationsRouter } from '../shared/operations-api/router.ts';
import type { Deployment } from './deployment.ts';

export function operations(deployment: () => Promise<Deployment>) {
  return operationsRouter(async () => (await deployment()).orchestrator, {
    pageTokenKey: process.env.PAGE_TOKEN_KEY || undefined,
    maxWait: maxWait(process.env.TIMEOUT_SECONDS),
  });
}

/** What is left of it is for the answer, and for a cold start before. */
const SHARE_OF_TIMEOUT = 0.8;
const DEFAULT_TIMEOUT_SECONDS = 60;

/** In milliseconds; `timeout` is the setting TIMEOUT_SECONDS: how long a call may take. */
function maxWait(timeout: string | undefined): number {
  return (Number(timeout) || DEFAULT_TIMEOUT_SECONDS) * 1000 * SHARE_OF_TIMEOUT;
}
