import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { jsonBodies } from '../../shared/http/json-body.ts';
import type { Executor } from '../executor.ts';
import { callbackHandler } from './callback-handler.ts';
import { answerErrors } from './error-answers.ts';
import { ExecutionsHandler } from './executions-handler.ts';
import { WorkflowsHandler } from './workflows-handler.ts';

/** Large enough for the largest source or argument, escaped twice. */
const MAX_BODY_BYTES = 1024 * 1024;
/** @google-cloud/workflows has the clients of both APIs. */
const VERSIONS = ['v1', 'v1beta'] as const;

/**
 * The REST shape of the Workflows and Workflow Executions APIs. Any project and location is accepted. Requests for
 * other paths are left to the next handler.
 */
export function workflowsApi(executor: Executor): Router {
  const router = Router();
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
  return router.use(answerErrors);
}

interface Handlers {
  readonly executions: ExecutionsHandler;
  readonly workflows: WorkflowsHandler;
  readonly callback: RequestHandler;
}

function addRoutes(router: Router, location: string, { executions, workflows, callback }: Handlers): void {
  const json = jsonBodies(MAX_BODY_BYTES);
  // A callback may have any body, because the waiting workflow decides what it expects.
  const raw = express.raw({ limit: MAX_BODY_BYTES, type: () => true });
  const collection = `${location}/workflows`;
  const runs = `${collection}/:workflow/executions`;

  router.post(runs, json, answer(executions.create));
  router.get(runs, answer(executions.list));
  router.get(`${runs}/:execution`, answer(executions.get));
  router.post(`${runs}/:execution\\:cancel`, json, answer(executions.cancel));
  router.get(`${runs}/:execution/callbacks`, answer(executions.listCallbacks));
  router.get(`${runs}/:execution/stepEntries`, answer(executions.listSteps));
  router.get(`${runs}/:execution/stepEntries/:entry`, answer(executions.getStep));
  router.all(`${runs}/:execution/callbacks/:callback`, raw, callback);

  router.post(collection, json, answer(workflows.create));
  router.get(collection, answer(workflows.list));
  router.get(`${collection}/:workflow`, answer(workflows.get));
  router.patch(`${collection}/:workflow`, json, answer(workflows.update));
  router.delete(`${collection}/:workflow`, answer(workflows.delete));
  router.get(`${location}/operations/:operation`, answer(workflows.operation));
}

/** Answers with the return value of the handler in JSON. `answerErrors` answers its errors. */
function answer(handler: (request: Request) => object) {
  return (request: Request, response: Response): void => {
    response.json(handler(request));
  };
}
