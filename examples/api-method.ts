/**
 * An API method that returns a google.longrunning.Operation (AIP-151), in express. Its clients poll it as they poll any of
 * Google's APIs, with google-gax or with curl: the Operations API is behind the same host.
 *
 *   npm start
 *   OPERATIONS_URL=http://localhost:8080 npx tsx examples/report.ts
 *   OPERATIONS_URL=http://localhost:8080 npx tsx examples/api-method.ts
 *   curl -s localhost:8081/v1/reports -H 'content-type: application/json' -d '{"pages":["cover"]}'
 */
import express from 'express';
import { ApiError, createOperations, isOperationError } from 'lro-orchestrator';
import { isMain } from './main-module.ts';
import { report } from './report.ts';

export function reportsApi(operationsUrl: string): express.Express {
  const lro = createOperations({ url: operationsUrl });
  const app = express();
  app.post('/v1/reports', express.json(), async (request, response) => {
    const { pages, requestId } = request.body;
    const { name } = await lro.create(report, { pages }, requestId && { requestId });
    response.json({ name });
  });
  // Forwards the calls of google.longrunning.Operations to the deployment. Authorize the caller here.
  app.use('/v1/operations', express.text({ type: () => true }), async (request, response) => {
    const { method, body, originalUrl } = request;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(operationsUrl + originalUrl, {
      ...{ method, headers },
      ...(method !== 'GET' && { body: body || '{}' }),
    });
    response
      .status(answer.status)
      .type('json')
      .send(await answer.text());
  });
  app.use((error: unknown, _: express.Request, response: express.Response, next: express.NextFunction) => {
    if (!isOperationError(error) && !(error instanceof ApiError)) return next(error);
    const status = error.code === 'INVALID_ARGUMENT' ? 400 : 503;
    response
      .status(status)
      .json({ error: { code: status, status: error.code, message: (error as Error).message } });
  });
  return app;
}

if (isMain(import.meta.url)) {
  reportsApi(process.env.OPERATIONS_URL ?? 'http://localhost:8080').listen(8081, '127.0.0.1');
}
