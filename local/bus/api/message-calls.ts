/**
 * The most frequent calls of Pub/Sub's REST interface, without express, because its routing costs more than such a call. The
 * routes of `pubsub-api.ts` answer them.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { callerGone } from '../../../shared/http/caller-gone.ts';
import { sendJson } from '../../../shared/http/json-answer.ts';
import { jsonBody } from '../../../shared/http/json-body.ts';
import { errorResponse } from '../../../shared/operations-api/http-error.ts';
import type { Bus } from '../bus.ts';
import type { Route } from './route.ts';
import { messageRoutes } from './subscription-routes.ts';
import { publishRoute } from './topic-routes.ts';

/** The limit of a request. A message has at most 10 MB, and base64 makes it a third longer. */
export const MAX_BODY_BYTES = 14 * 1024 * 1024;

/** A path without percent-encoding and without a query, as client libraries send it. */
const PATH = /^\/v1\/projects\/([\w.~-]+)(\/(?:topics|subscriptions)\/)([\w.~-]+)(:\w+)$/;

const NO_QUERY = {};

/** Answers the request, or returns false for one that is not of these calls and whose body is unread. */
export type MessageCalls = (request: IncomingMessage, response: ServerResponse) => boolean;

export function messageCalls(bus: Bus): MessageCalls {
  const routes = new Map<string, Route['handle']>();
  for (const { path, handle } of [publishRoute(bus), ...messageRoutes(bus)]) {
    routes.set(path.replace(':name\\', ''), handle);
  }
  return (request, response) => {
    if (request.method !== 'POST') return false;
    const [, project, collection, name, verb] = PATH.exec(request.url ?? '') ?? [];
    if (project === undefined || name === undefined) return false;
    const handle = routes.get(`${collection}${verb}`);
    if (!handle) return false;
    answer(handle, { project, name }, request, response).catch((error) => errorResponse(response, error));
    return true;
  };
}

async function answer(
  handle: Route['handle'],
  path: { readonly project: string; readonly name: string },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await jsonBody(request, response, MAX_BODY_BYTES);
  const { project, name } = path;
  const json = await handle({ project, name, query: NO_QUERY, body, gone: callerGone(response) });
  sendJson(response, JSON.stringify(json));
}
