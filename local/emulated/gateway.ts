/** Serves everything at one origin, like the embedded system: the emulators and the function processes. */
import type { RequestListener } from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { type ConsoleConfig, consolePages } from '../../console/server/console-pages.ts';
import { requirePageToken } from '../../console/server/page-token.ts';
import { type Executor, workflowsApi } from '../../executor/index.ts';
import { jsonTypeOnly } from '../../shared/http/json-body.ts';
import { ownPagesOnly } from '../../shared/http/own-pages-only.ts';
import { behindPlainTargets } from '../../shared/http/request-target.ts';
import { errorAnswers } from '../../shared/operations-api/http-error.ts';

export interface Origins {
  /** The project of the topics in the emulator. */
  readonly project: string;
  readonly pubsub: string;
  readonly operations: string;
  readonly resume: string;
  readonly sweep: string;
}

const PUBSUB_PATH = /^\/v1\/projects\/[^/]+\/(topics|subscriptions)\b/;

export function emulatedGateway(origins: Origins, executor: Executor, page: ConsoleConfig): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.use(ownPagesOnly);
  app.use(requirePageToken(page.token));
  app.use(consolePages(() => page));
  app.use(workflowsApi(executor));
  // Any project is accepted. The emulator keeps projects apart, so the path is changed to its project.
  const rewrite = (path: string) =>
    path.replace(/^\/v1\/projects\/[^/]+\//, `/v1/projects/${origins.project}/`);
  app.use(PUBSUB_PATH, jsonTypeOnly);
  app.use(
    createProxyMiddleware({
      target: origins.pubsub,
      pathFilter: (path) => PUBSUB_PATH.test(path),
      pathRewrite: rewrite,
    }),
  );
  app.use('/resume', createProxyMiddleware({ target: origins.resume }));
  app.use('/sweep', createProxyMiddleware({ target: origins.sweep }));
  app.use(createProxyMiddleware({ target: origins.operations }));
  app.use(errorAnswers);
  return behindPlainTargets(app);
}
