/**
 * What stands in front of a function within the functions-framework's server, for which the framework has no option:
 *
 * - Errors of the framework and its parsers are answered in JSON. Express would answer them in HTML.
 * - Bodies are read with the limit of this project. The framework's own parsers decompress up to 1 GiB before the
 *   function is called.
 *
 * The framework makes an express application when its server starts, and gives no access to it. So this file changes
 * what such applications inherit, before there is one: the outermost application of a request is called by another one.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import express, { type Express, type RequestHandler } from 'express';
import { bodyBytes, type ReadRequest } from '../shared/http/json-body.ts';
import { answerNoSuchPath } from '../shared/http/refusal.ts';
import { behindPlainTargets } from '../shared/http/request-target.ts';
import { errorAnswers } from '../shared/operations-api/http-error.ts';

/** 10 MB of data in base64 and what is around it: more than any function takes. */
const MAX_BODY_BYTES = 14 * 1024 * 1024;

type Handle = (
  this: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** `readsBodies` is false for a function whose events the framework decodes. */
export function installFrameworkEdge({ readsBodies }: { readonly readsBodies: boolean }): void {
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
    // It inherits the changed `handle` too, and is the one that must not get an edge of its own.
    Object.assign(edge, { handle });
    const listener = behindPlainTargets(edge);
    edges.set(app, listener);
    return listener;
  };
  application.handle = function handleBehindEdge(request, response, next) {
    // The outermost application is the one that no other has given the request to.
    if (next || 'res' in request) handle.call(this, request, response, next);
    else edgeOf(this)(request, response);
  };
}

function edgeInFrontOf(handler: RequestHandler, readsBodies: boolean): Express {
  const edge = express();
  edge.disable('x-powered-by');
  if (readsBodies) edge.use(keepBytes);
  return edge.use(handler, answerNoSuchPath, errorAnswers);
}

/** The framework's parsers leave a body alone that has been read. */
const keepBytes: RequestHandler = async (request: ReadRequest, response, next) => {
  request.rawBody = Buffer.from(await bodyBytes(request, response, MAX_BODY_BYTES));
  request.body = undefined;
  next();
};

/** The express that the framework uses: a package manager may keep it apart from ours. */
function frameworkExpress(): { readonly application: { handle: Handle } } {
  const framework = createRequire(import.meta.url).resolve('@google-cloud/functions-framework');
  return createRequire(framework)('express');
}
