/** The Operations API over HTTP. */
import type { RequestListener } from 'node:http';
import type { GateOptions } from '../shared/operations-api/gate.ts';
import { operationsRouter } from '../shared/operations-api/router.ts';
import type { ApiOptions } from '../shared/operations-api/settings.ts';
import type { Deployment } from './deployment.ts';

/** Without `gate`, every caller that reaches the function may do everything. `isConsole`, `changingCalls`: see ApiOptions. */
export function operations(
  deployment: () => Promise<Deployment>,
  gate?: GateOptions,
  isConsole?: ApiOptions['isConsole'],
  changingCalls?: ApiOptions['changingCalls'],
): RequestListener {
  return operationsRouter(async () => (await deployment()).orchestrator, {
    pageTokenKey: process.env.PAGE_TOKEN_KEY || undefined,
    maxWaitMs: maxWaitMs(process.env.TIMEOUT_SECONDS),
    gate,
    isConsole,
    changingCalls,
  });
}

/** The share of the timeout that a call may wait. The rest is for the answer, and for a cold start before the call. */
const SHARE_OF_TIMEOUT = 0.8;
const DEFAULT_TIMEOUT_SECONDS = 60;

/** The longest wait of a call, in milliseconds. `timeout` is the setting TIMEOUT_SECONDS: how long a call may take. */
export function maxWaitMs(timeout: string | undefined): number {
  return (Number(timeout) || DEFAULT_TIMEOUT_SECONDS) * 1000 * SHARE_OF_TIMEOUT;
}
