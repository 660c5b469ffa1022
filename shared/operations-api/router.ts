/** google.longrunning.Operations in its HTTP form, as an express app that a function or a server mounts. */
import express, { type Express, type Request, type Response } from 'express';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';
import {
  type ApiMethod,
  cancel,
  create,
  describeApi,
  get,
  getByName,
  inspect,
  list,
  remove,
  wait,
} from './api-method.ts';
import { answerForm, sendAnswer } from './http-answer.ts';
import { jsonBody } from './http-body.ts';
import { errorResponse } from './http-error.ts';
import { parseQuery } from './http-query.ts';
import { methodNotAllowed, noSuchMethod } from './http-refusal.ts';
import { type Resource, targetOf } from './http-target.ts';
import { type ApiOptions, type ApiSettings, apiSettings } from './settings.ts';
import { statistics } from './watch/statistics-method.ts';
import { type StreamMethod, watchAll, watchOne } from './watch/watch-method.ts';

type HttpMethod = 'GET' | 'POST' | 'DELETE';
type Methods = Partial<Record<HttpMethod, ApiMethod | StreamMethod>>;

const METHODS: Readonly<Record<Resource, Methods>> = {
  collection: { GET: list, POST: create },
  operation: { GET: get, DELETE: remove },
  'operation:inspect': { GET: inspect },
  'operation:cancel': { POST: cancel },
  'operation:wait': { POST: wait },
  'operation:watch': { GET: watchOne },
  'collection:watch': { GET: watchAll },
  'collection:statistics': { GET: statistics },
  'rpc:GetOperation': { POST: getByName },
  openapi: { GET: describeApi },
};

export function operationsRouter(
  orchestrator: () => Promise<Orchestrator>,
  options: ApiOptions = {},
): Express {
  const settings = apiSettings(options);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(async (request: Request, response: Response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    try {
      await serve(request, response, orchestrator, settings, gone.signal);
    } catch (error) {
      errorResponse(response, error);
    }
  });
  return app;
}

async function serve(
  request: Request,
  response: Response,
  orchestrator: () => Promise<Orchestrator>,
  settings: ApiSettings,
  signal: AbortSignal,
): Promise<void> {
  // The state of an operation is its state now, for one caller.
  response.set({ 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' });
  const [path, search] = splitUrl(request.url);
  const target = targetOf(path);
  if (!target) throw noSuchMethod();

  const methods = METHODS[target.resource];
  if (request.method === 'OPTIONS') {
    response.status(204).set('allow', allowed(methods)).end();
    return;
  }
  const method = methodOf(request.method, methods);
  if (!method) throw methodNotAllowed(allowed(methods));
  const query = parseQuery(search, method.parameters);
  const form = answerForm(query);
  const body = request.method === 'POST' ? await jsonBody(request, response) : undefined;
  const call = { orchestrator: await orchestrator(), settings, name: target.name, query, body, signal };
  if ('stream' in method) {
    await method.stream(call, request, response);
    return;
  }
  sendAnswer(response, await method.answer(call), form);
}

function splitUrl(url: string): [path: string, search: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

/** RFC 9110: HEAD is GET, and only the body is left out. */
function methodOf(name: string, methods: Methods): ApiMethod | StreamMethod | undefined {
  const key = name === 'HEAD' ? 'GET' : name;
  return Object.hasOwn(methods, key) ? methods[key as HttpMethod] : undefined;
}

function allowed(methods: Methods): string {
  const names = Object.keys(methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  return [...names, 'OPTIONS'].join(', ');
}
