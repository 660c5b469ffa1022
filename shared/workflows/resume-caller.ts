/** Calls a worker's resumeMethod with an OIDC token, as Cloud Tasks and Pub/Sub push do. */
import pRetry from 'p-retry';
import { operationId } from '../lifecycle/operation-name.ts';
import { signalToJson } from '../messages/signal.ts';
import { Failure } from '../orchestrator/ports/failure.ts';
import type { ResumeSignal } from '../orchestrator/ports/publisher.ts';
import type { ResumeCaller } from '../orchestrator/ports/resume-caller.ts';

/** Headers that prove who calls `audience`. */
export type Authorize = (audience: string) => Promise<Record<string, string>>;

/** How long one call may take, in milliseconds. */
const CALL_TIMEOUT = 30_000;
/** A blip is passed over at once; what lasts longer is the outbox's to repeat. */
const QUICK_RETRIES = { retries: 2, minTimeout: 200, factor: 4 };

export function httpResumeCaller(authorize: Authorize = googleIdToken): ResumeCaller {
  return { call: (url, signal) => pRetry(() => post(url, signal, authorize), QUICK_RETRIES) };
}

async function post(url: string, signal: ResumeSignal, authorize: Authorize): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-alis-operation-id': operationId(signal.operation),
        'x-operation-wait-id': encodeURIComponent(signal.waitId),
        ...(await authorize(new URL(url).origin)),
      },
      body: JSON.stringify(signalToJson(signal)),
      // A redirect would carry the token to a host that nobody allowed.
      redirect: 'error',
      signal: AbortSignal.timeout(CALL_TIMEOUT),
    });
  } catch (error) {
    throw new Failure('unavailable', `${url} could not be called`, { cause: error });
  }
  await response.body?.cancel();
  if (!response.ok) throw new Failure('unavailable', `${url} answered ${response.status}`);
}

async function googleIdToken(audience: string): Promise<Record<string, string>> {
  // A local http URL has nobody to check a token, and no service account to get one for.
  if (!audience.startsWith('https:')) return {};
  const { GoogleAuth } = await import('google-auth-library');
  const client = await new GoogleAuth().getIdTokenClient(audience);
  const headers = await client.getRequestHeaders(audience);
  return { authorization: headers.get('authorization') ?? '' };
}
