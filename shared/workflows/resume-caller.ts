/** Calls a worker's resumeMethod with an OIDC token, as Cloud Tasks and Pub/Sub push do. */
import pRetry from 'p-retry';
import { CALL_LIMIT_MS, withinLimit } from '../http/call-limit.ts';
import { operationId } from '../lifecycle/operation-name.ts';
import type { AllowedHosts } from '../messages/allowed-hosts.ts';
import { signalToJson } from '../messages/signal.ts';
import { Failure, InvalidInput } from '../orchestrator/ports/failure.ts';
import type { ResumeSignal } from '../orchestrator/ports/publisher.ts';
import type { ResumeCaller } from '../orchestrator/ports/resume-caller.ts';

/** Returns the headers that authenticate the call to `audience`. */
export type Authorize = (audience: string) => Promise<Record<string, string>>;

export interface ResumeCallerOptions {
  /** Checked again at each call: a wait of a year must not call a host that was removed from the list meanwhile. */
  readonly hosts: AllowedHosts;
  readonly authorize?: Authorize;
  readonly limitMs?: number;
}

/** Retries pass over a short outage. The outbox repeats the call after a longer one. */
const QUICK_RETRIES = { retries: 2, minTimeout: 200, factor: 4 };

export function httpResumeCaller({
  hosts,
  authorize = googleIdToken,
  limitMs = CALL_LIMIT_MS,
}: ResumeCallerOptions): ResumeCaller {
  return {
    async call(resumeMethod, signal) {
      const { url, audience } = target(hosts, resumeMethod);
      await withinLimit(
        `calling ${url}`,
        (limit) =>
          pRetry(() => post(url, signal, () => authorize(audience), limit), {
            ...QUICK_RETRIES,
            signal: limit,
          }),
        limitMs,
      );
    },
  };
}

/**
 * Returns the URL in its checked form, and the audience of its token.
 *
 * @throws Failure `permission`, which is retried, because the deployment may list the host again
 */
function target(hosts: AllowedHosts, resumeMethod: string): { url: string; audience: string } {
  try {
    const url = hosts.check(resumeMethod, 'resumeMethod');
    return { url, audience: hosts.audience(new URL(url).origin, undefined, 'resumeMethod') };
  } catch (error) {
    if (error instanceof InvalidInput) throw new Failure('permission', error.message);
    throw error;
  }
}

async function post(
  url: string,
  signal: ResumeSignal,
  authorize: () => Promise<Record<string, string>>,
  limit: AbortSignal,
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { ...headersOf(signal), ...(await authorize()) },
      body: JSON.stringify(signalToJson(signal)),
      // A redirect would carry the token to a host that is not checked.
      redirect: 'error',
      signal: limit,
    });
  } catch (error) {
    throw new Failure('unavailable', `${url} could not be called`, { cause: error });
  }
  await response.body?.cancel();
  if (!response.ok) throw new Failure('unavailable', `${url} answered ${response.status}`);
}

function headersOf({ operation, waitId }: ResumeSignal): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'x-alis-operation-id': operationId(operation),
  };
  if (waitId) headers['x-operation-wait-id'] = encodeURIComponent(waitId);
  return headers;
}

async function googleIdToken(audience: string): Promise<Record<string, string>> {
  // A service on this machine checks no token, and no service account exists to get one for.
  if (audience.startsWith('http:')) return {};
  const { GoogleAuth } = await import('google-auth-library');
  const client = await new GoogleAuth().getIdTokenClient(audience);
  const headers = await client.getRequestHeaders(audience);
  return { authorization: headers.get('authorization') ?? '' };
}
