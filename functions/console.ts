/**
 * The web console of a deployment: its pages, and the Operations API that they call, at one origin. Identity-Aware Proxy in
 * front of the function lets only members through.
 */
import { createHmac } from 'node:crypto';
import type { RequestListener } from 'node:http';
import express from 'express';
import { type ConsoleConfig, consolePages } from '../console/server/console-pages.ts';
import { requirePageToken } from '../console/server/page-token.ts';
import type { GateOptions } from '../shared/operations-api/gate.ts';
import type { Deployment } from './deployment.ts';
import { operations } from './operations.ts';

export interface ConsoleOptions {
  /** The setting PAGE_TOKEN_KEY. Without it the console is read-only. */
  readonly pageTokenKey?: string;
  readonly gate?: GateOptions;
}

/** The console of `deployment`. Without `gate`, every person that Identity-Aware Proxy lets through may do everything. */
export function consoleFunction(
  deployment: () => Promise<Deployment>,
  { pageTokenKey, gate }: ConsoleOptions = {},
): RequestListener {
  const config = configOf(pageTokenKey);
  const app = express();
  app.disable('x-powered-by');
  app.use(requirePageToken(config.token));
  app.use(consolePages(() => config));
  app.use(operations(deployment, gate));
  return app;
}

const PARTS = { store: 'Spanner', bus: 'Pub/Sub', workflows: 'Workflows' };

/** The token is the same in every instance, because one instance serves the page and another may serve its calls. */
function configOf(pageTokenKey: string | undefined): ConsoleConfig {
  if (!pageTokenKey) {
    return { parts: PARTS, readOnlyReason: 'PAGE_TOKEN_KEY is not set, so this console only shows.' };
  }
  const token = createHmac('sha256', pageTokenKey).update('console page').digest('base64url');
  return { parts: PARTS, token };
}
