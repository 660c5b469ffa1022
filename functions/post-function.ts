/** An HTTP function that accepts one call: `POST`, without query parameters, with JSON or nothing as its body. */
import type { Request, Response } from '@google-cloud/functions-framework';
import { AccessDenied } from '../shared/access/access.ts';
import { CallRefused } from '../shared/access/call-refused.ts';
import { jsonBody } from '../shared/http/json-body.ts';
import { methodNotAllowed } from '../shared/http/refusal.ts';
import type { JsonValue } from '../shared/messages/json-value.ts';
import { errorResponse } from '../shared/operations-api/http-error.ts';
import { parseQuery } from '../shared/operations-api/http-query.ts';
import type { Log } from '../shared/orchestrator/orchestrator.ts';
import type { CallerCheck } from './caller-check.ts';

/** Enough for 10,000 children of other services, each with its outcome. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

export interface PostCall {
  readonly request: Request;
  /** undefined if the request has no body. */
  readonly body: JsonValue | undefined;
}

export interface PostFunctionOptions {
  /** Decides who may call. If absent, every caller that reaches the function may. */
  readonly callers?: CallerCheck;
  readonly log: () => Promise<Log>;
}

/** Answers with what `handle` resolves to. A malformed call is refused before it reaches `handle`. */
export function postFunction(
  handle: (call: PostCall) => Promise<object>,
  { callers, log }: PostFunctionOptions,
) {
  return async (request: Request, response: Response): Promise<void> => {
    try {
      if (request.method !== 'POST') throw methodNotAllowed('POST');
      await callers?.check(request.headers);
      const [, search = ''] = request.url.split(/\?(.*)/s);
      parseQuery(search, []);
      response.json(await handle({ request, body: await jsonBody(request, response, MAX_BODY_BYTES) }));
    } catch (error) {
      if (error instanceof AccessDenied || error instanceof CallRefused) await logRefusal(log, error);
      errorResponse(response, error);
    }
  };
}

async function logRefusal(log: () => Promise<Log>, { message }: Error): Promise<void> {
  try {
    (await log()).warn({ reason: message }, 'a call was refused');
  } catch {
    // The caller is refused even if no deployment, and so no log, can be built: that failure reports itself.
  }
}
