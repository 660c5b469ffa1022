import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  Router,
} from 'express';
import { RequestError } from '../errors/request-error.ts';
import type { Executor } from '../executor.ts';
import { callbackHandler } from './callback-handler.ts';
import { ExecutionsHandler } from './executions-handler.ts';
import { refuseOtherOrigins } from './origin-guard.ts';
import { sendError } from './status-error.ts';
import { WorkflowsHandler } from './workflows-handler.ts';

/** Room for the largest source or argument, escaped twice. */
const BODY_LIMIT = '1mb';
/** @google-cloud/workflows has the clients of both; the shapes are the same. */
const VERSIONS = ['v1', 'v1beta'] as const;

/**
 * The REST shape of the Workflows and Workflow Executions APIs. Any project and location is accepted. Requests for
 * other paths are left to the next handler.
 */
export function workflowsApi(executor: Executor): Router {
  const router = Router();
  for (const version of VERSIONS) router.use(`/${version}/projects/:project/locations`, refuseOtherOrigins);
  const handlers = {
    executions: new ExecutionsHandler(executor),
    callback: callbackHandler(executor),
  };
  for (const version of VERSIONS) {
    addRoutes(router, `/${version}/projects/:project/locations/:location`, {
      ...handlers,
      workflows: new WorkflowsHandler(executor, version),
    });
  }
  return router;
}

interface Handlers {
  readonly executions: ExecutionsHandler;
  readonly workflows: WorkflowsHandler;
  readonly callback: RequestHandler;
}

function addRoutes(router: Router, location: string, { executions, workflows, callback }: Handlers): void {
  // JSON is read whatever it is called: command-line clients often leave out the content type.
  const json = express.json({ limit: BODY_LIMIT, type: () => true });
  const raw = express.raw({ limit: BODY_LIMIT, type: () => true });
  const collection = `${location}/workflows`;
  const runs = `${collection}/:workflow/executions`;

  router.post(runs, json, answer(executions.create));
  router.get(runs, answer(executions.list));
  router.get(`${runs}/:execution`, answer(executions.get));
  router.post(`${runs}/:execution\\:cancel`, json, answer(executions.cancel));
  router.get(`${runs}/:execution/stepEntries`, answer(executions.listSteps));
  router.get(`${runs}/:execution/stepEntries/:entry`, answer(executions.getStep));
  router.all(`${runs}/:execution/callbacks/:callback`, raw, callback);

  router.post(collection, json, answer(workflows.create));
  router.get(collection, answer(workflows.list));
  router.get(`${collection}/:workflow`, answer(workflows.get));
  router.patch(`${collection}/:workflow`, json, answer(workflows.update));
  router.delete(`${collection}/:workflow`, answer(workflows.delete));
  router.get(`${location}/operations/:operation`, answer(workflows.operation));

  router.use(location, failedRequest);
}

/** Sends what a handler returns as JSON; a RequestError as Google's error shape. */
function answer(handler: (request: Request) => object) {
  return (request: Request, response: Response): void => {
    try {
      response.json(handler(request));
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      sendError(response, error);
    }
  };
}

/**
 * An error as JSON, never as a page with a stack. A body that is not JSON, or too large, is the parser's own error;
 * anything else is a fault of the executor.
 */
const failedRequest: ErrorRequestHandler = (error, _request, response, _next) => {
  const ofBody = error instanceof Error && 'type' in error && typeof error.type === 'string';
  const message = error instanceof Error ? error.message : String(error);
  sendError(
    response,
    ofBody
      ? new RequestError('INVALID_ARGUMENT', `the request body can't be read: ${message}`)
      : new RequestError('INTERNAL', `internal error of the executor: ${message}`),
  );
};
