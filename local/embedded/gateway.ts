/** Serves everything at one origin: the functions, and the REST interfaces of the bus and of the executor. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import express from 'express';
import { type ConsoleConfig, consolePages } from '../../console/server/console-pages.ts';
import { isFromBrowser, requirePageToken } from '../../console/server/page-token.ts';
import { systemApi } from '../../console/server/system-api.ts';
import type { SystemView } from '../../console/server/system-view.ts';
import { type Executor, workflowsApi } from '../../executor/index.ts';
import type { Deployment } from '../../functions/deployment.ts';
import { operations } from '../../functions/operations.ts';
import { resume } from '../../functions/resume.ts';
import { sweep } from '../../functions/sweep.ts';
import { ownPagesOnly } from '../../shared/http/own-pages-only.ts';
import { behindPlainTargets } from '../../shared/http/request-target.ts';
import type { ChangingCalls } from '../../shared/operations-api/changing-calls.ts';
import { errorAnswers } from '../../shared/operations-api/http-error.ts';
import { messageCalls } from '../bus/api/message-calls.ts';
import { pubsubApi } from '../bus/api/pubsub-api.ts';
import type { Bus } from '../bus/bus.ts';

export interface ConsoleOfSystem {
  readonly config: ConsoleConfig;
  readonly system: SystemView;
}

/** The Operations API, whose calls go past the routes of express: they are most of all calls. */
const OPERATIONS = '/v1/operations';

export interface GatewayParts {
  readonly deployment: Deployment;
  readonly bus: Bus;
  readonly executor: Executor;
  readonly page: ConsoleOfSystem;
  readonly changingCalls: ChangingCalls;
}

export function gateway({ deployment, bus, executor, page, changingCalls }: GatewayParts): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.use(consolePages(() => page.config));
  app.use(systemApi(page.system));
  const built = async () => deployment;
  app.use(pubsubApi(bus));
  app.use(workflowsApi(executor));
  app.all('/resume', resume(built));
  app.all('/sweep', sweep(built));
  // Pages of other origins are refused, so a browser shows the console.
  const api = operations(built, undefined, isFromBrowser, changingCalls);
  app.use(api);
  app.use(errorAnswers);
  const calls = messageCalls(bus);
  const requireToken = requirePageToken(page.config.token);
  const direct = (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith(OPERATIONS)) api(request, response);
    else if (!calls(request, response)) app(request, response);
  };
  return behindPlainTargets((request, response) => {
    ownPagesOnly(request, response, () => requireToken(request, response, () => direct(request, response)));
  });
}
