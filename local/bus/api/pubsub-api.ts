/**
 * The bus behind Pub/Sub's REST interface, for curl and any other HTTP client.
 * https://cloud.google.com/pubsub/docs/reference/rest
 *
 * Any project is accepted, and all projects share the same topics. A request whose path does not belong to Pub/Sub is
 * passed to the next handler, with its body unread.
 */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { callerGone } from '../../../shared/http/caller-gone.ts';
import { jsonBodies } from '../../../shared/http/json-body.ts';
import { errorAnswers } from '../../../shared/operations-api/http-error.ts';
import type { Bus } from '../bus.ts';
import { MAX_BODY_BYTES, messageCalls } from './message-calls.ts';
import type { Call } from './route.ts';
import { subscriptionRoutes } from './subscription-routes.ts';
import { topicRoutes } from './topic-routes.ts';

export function pubsubApi(bus: Bus): Router {
  const router = Router();
  const calls = messageCalls(bus);
  router.use((request, response, next) => {
    if (!calls(request, response)) next();
  });
  const json = jsonBodies(MAX_BODY_BYTES);
  for (const { method, path, handle } of [...topicRoutes(bus), ...subscriptionRoutes(bus)]) {
    const answer: RequestHandler = async (request, response) => {
      response.json(await handle(callOf(request, response)));
    };
    router[method](`/v1/projects/:project${path}`, json, answer);
  }
  return router.use(errorAnswers);
}

function callOf({ params, query, body }: Request, response: Response): Call {
  return { project: text(params.project), name: text(params.name), query, body, gone: callerGone(response) };
}

/** A parameter of the path. A route has at most these two. */
function text(parameter: string | string[] | undefined): string {
  return typeof parameter === 'string' ? parameter : '';
}
