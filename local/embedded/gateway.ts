/** Everything at one origin: the functions, and the REST interfaces of the bus and of the executor. */
import type { RequestListener } from 'node:http';
import express from 'express';
import { type Executor, workflowsApi } from '../../executor/index.ts';
import type { Deployment } from '../../functions/deployment.ts';
import { operations } from '../../functions/operations.ts';
import { resume } from '../../functions/resume.ts';
import { sweep } from '../../functions/sweep.ts';
import { ownPagesOnly } from '../../shared/http/own-pages-only.ts';
import { behindPlainTargets } from '../../shared/http/request-target.ts';
import { errorAnswers } from '../../shared/operations-api/http-error.ts';
import { pubsubApi } from '../bus/api/pubsub-api.ts';
import type { Bus } from '../bus/bus.ts';

export function gateway(deployment: Deployment, bus: Bus, executor: Executor): RequestListener {
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
  return behindPlainTargets(app);
}
