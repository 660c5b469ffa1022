/** Everything at one origin: the functions, and the REST interfaces of the bus and of the executor. */
import express, { type Express } from 'express';
import { type Executor, workflowsApi } from '../../executor/index.ts';
import type { Deployment } from '../../functions/deployment.ts';
import { operations } from '../../functions/operations.ts';
import { resume } from '../../functions/resume.ts';
import { sweep } from '../../functions/sweep.ts';
import { ownPagesOnly } from '../../shared/http/own-pages-only.ts';
import { errorAnswers } from '../../shared/operations-api/http-error.ts';
import { pubsubApi } from '../bus/api/pubsub-api.ts';
import type { Bus } from '../bus/bus.ts';

export function gateway(deployment: Deployment, bus: Bus, executor: Executor): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(ownPagesOnly);
  const built = async () => deployment;
  app.use(pubsubApi(bus));
  app.use(workflowsApi(executor));
  app.all('/resume', resume(built));
  app.all('/sweep', sweep(built));
  app.use(operations(built));
  app.use(errorAnswers);
  return app;
}
