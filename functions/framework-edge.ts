/**
 * Runs before a function in the server of the functions-framework, and does what the framework has no option for:
 *
 * - Answers errors of the framework and of its parsers in JSON. Express answers them in HTML.
 * - Reads request bodies with the limit of this project. The parsers of the framework decompress up to 1 GiB before they
 *   call the function.
 *
 * The framework creates an express application when its server starts, and gives no access to it. So this file changes the
 * prototype of express applications before the framework creates one. Of the applications that handle a request, only the
 * outermost one gets the edge.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import express, { type Express, type RequestHandler } from 'express';
import { bodyBytes, type ReadRequest } from '../shared/http/json-body.ts';
import { behindPlainTargets } from '../shared/http/request-target.ts';
import { errorAnswers } from '../shared/operations-api/http-error.ts';

/** 10 MB of data in base64, and what surrounds it: more than any function accepts. */
const MAX_BODY_BYTES = 14 * 1024 * 1024;

type Handle = (
  this: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/**
 * Returns a function that takes the edge away again: tests of one process share express.
 *
 * @param readsBodies false for a function whose events the framework decodes
 */
export function installFrameworkEdge({ readsBodies }: { readonly readsBodies: boolean }): () => void {
  const { application } = frameworkExpress();
  const { handle } = application;
  const edges = new Map<unknown, RequestListener>();
  const edgeOf = (app: unknown): RequestListener => {
    const known = edges.get(app);
    if (known) return known;
    const edge = edgeInFrontOf(
      (request, response, next) => handle.call(app, request, response, next),
      readsBodies,
    );
    // The edge inherits the changed `handle` too, and must not get an edge itself.
    Object.assign(edge, { handle });
    const listener = behindPlainTargets(edge);
    edges.set(app, listener);
    return listener;
  };
  application.handle = function handleBehindEdge(request, response, next) {
    // The outermost application is the one that no other application has passed the request to.
    if (next || 'res' in request) handle.call(this, request, response, next);
    else edgeOf(this)(request, response);
  };
  return () => {
    application.handle = handle;
  };
}

function edgeInFrontOf(handler: RequestHandler, readsBodies: boolean): Express {
  const edge = express();
  edge.disable('x-powered-by');
  if (readsBodies) edge.use(keepBytes);
  return edge.use(handler, errorAnswers);
}

/** The parsers of the framework skip a body that was already read. */
const keepBytes: RequestHandler = async (request: ReadRequest, response, next) => {
  request.rawBody = Buffer.from(await bodyBytes(request, response, MAX_BODY_BYTES));
  next();
};

/** The express package that the framework uses. A package manager may install it separately from the one of this project. */
function frameworkExpress(): { readonly application: { handle: Handle } } {
  const framework = createRequire(import.meta.url).resolve('@google-cloud/functions-framework');
  return createRequire(framework)('express');
}
