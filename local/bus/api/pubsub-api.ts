/**
 * The bus in the shape of Pub/Sub's REST interface, for curl and for every HTTP client.
 * https://cloud.google.com/pubsub/docs/reference/rest
 *
 * Any project is accepted and all share the same topics. Paths that are not Pub/Sub's go on to whoever comes next,
 * with their bodies unread.
 */
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Bus } from '../bus.ts';
import { answerError } from './error-json.ts';
import type { Call } from './route.ts';
import { subscriptionRoutes } from './subscription-routes.ts';
import { topicRoutes } from './topic-routes.ts';

/** Of a request. A message takes at most 10 MB, which base64 makes a third longer. */
const MAX_BODY = '14mb';

export function pubsubApi(bus: Bus): Router {
  const router = Router();
  // Whatever the content type says: `curl --data` calls it a form.
  const json = express.json({ limit: MAX_BODY, type: () => true });
  for (const { method, path, handle } of [...topicRoutes(bus), ...subscriptionRoutes(bus)]) {
    const answer: RequestHandler = async (request, response) => {
      response.json(await handle(callOf(request, response)));
    };
    router[method](`/v1/projects/:project${path}`, json, answer);
  }
  return router.use(answerError);
}

function callOf({ params, query, body }: Request, response: Response): Call {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  return { project: text(params.project), name: text(params.name), query, body, signal: gone.signal };
}

/** A parameter of the path; the routes have no others than these. */
function text(parameter: string | string[] | undefined): string {
  return typeof parameter === 'string' ? parameter : '';
}
