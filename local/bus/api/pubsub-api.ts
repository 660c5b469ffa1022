/**
 * The bus in the shape of Pub/Sub's REST interface, for curl and for every HTTP client.
 * https://cloud.google.com/pubsub/docs/reference/rest
 *
 * Any project is accepted, and all projects share the same topics. A path that is not Pub/Sub's goes on to the next
 * handler, with its body unread.
 */
import { type Request, type RequestHandler, type Response, Router } from 'express';
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
  const gone = new AbortController();
  // To abort makes an error with its stack: only for a caller that is gone before its answer.
  response.once('close', () => response.writableFinished || gone.abort());
  return { project: text(params.project), name: text(params.name), query, body, signal: gone.signal };
}

/** A parameter of the path. Each of the routes has at most these two. */
function text(parameter: string | string[] | undefined): string {
  return typeof parameter === 'string' ? parameter : '';
}
