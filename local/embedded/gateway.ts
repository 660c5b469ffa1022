/** Everything at one origin: the functions, and the REST interfaces of the bus and of the executor. */
import express, { type ErrorRequestHandler, type Express } from 'express';
import { type ConsoleConfig, consolePages } from '../../console/server/console-pages.ts';
import { requirePageToken } from '../../console/server/page-token.ts';
import { type Executor, workflowsApi } from '../../executor/index.ts';
import type { Deployment } from '../../functions/deployment.ts';
import { operations } from '../../functions/operations.ts';
import { resume } from '../../functions/resume.ts';
import { sweep } from '../../functions/sweep.ts';
import { errorResponse } from '../../shared/operations-api/http-error.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import { pubsubApi } from '../bus/api/pubsub-api.ts';
import type { Bus } from '../bus/bus.ts';
import { loopbackOnly } from '../loopback-only.ts';

export function gateway(
  deployment: Deployment,
  bus: Bus,
  executor: Executor,
  consoleConfig: ConsoleConfig,
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(loopbackOnly);
  app.use(requirePageToken(consoleConfig.token));
  app.use(consolePages(() => consoleConfig));
  const built = async () => deployment;
  app.use(pubsubApi(bus));
  app.use(workflowsApi(executor));
  app.all('/resume', express.json({ limit: '10mb' }), refuseBody, resume(built));
  app.all('/sweep', sweep(built));
  app.use(operations(built));
  return app;
}

/** What is no JSON never reaches the function. */
const refuseBody: ErrorRequestHandler = (_error, _request, response, _next) => {
  errorResponse(response, new InvalidInput('body', 'must be JSON, of 10 MB at most'));
};
