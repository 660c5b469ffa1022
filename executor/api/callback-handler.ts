import type { Request, RequestHandler } from 'express';
import { HttpRefusal, sendRefusal } from '../../shared/http/refusal.ts';
import { RequestError } from '../errors/request-error.ts';
import type { Executor } from '../executor.ts';
import { formatTime } from '../stdlib/time.ts';
import { decodeJson, JsonSyntaxError } from '../values/json-decoder.ts';
import type { Value } from '../values/value.ts';
import { sendRequestError } from './error-answers.ts';

/** The endpoints that `events.create_callback_endpoint` makes ("Wait using callbacks"). */
export function callbackHandler(executor: Executor): RequestHandler {
  return (request, response) => {
    const path = request.originalUrl.split('?')[0] ?? '';
    const delivery = executor.callbacks.deliver(
      path,
      request.method,
      callbackRequest(request, executor.clock.now()),
    );
    switch (delivery) {
      case 'delivered':
        response.status(200).json({});
        return;
      case 'wrong method':
        sendRefusal(response, wrongMethod());
        return;
      case 'not restored':
        response.setHeader('retry-after', '1');
        sendRequestError(
          response,
          new RequestError('UNAVAILABLE', 'the execution is being continued: try again'),
        );
        return;
      case 'unknown endpoint':
        sendRequestError(response, new RequestError('NOT_FOUND', 'the callback endpoint does not exist'));
    }
  };
}

function wrongMethod(): HttpRefusal {
  const message = 'This callback takes another HTTP method.';
  return new HttpRefusal(405, 'UNIMPLEMENTED', 'HTTP_METHOD_NOT_ALLOWED', message);
}

/** What `events.await_callback` returns. */
function callbackRequest(request: Request, now: number): Value {
  const http = new Map<string, Value>([
    ['body', bodyValue(request)],
    ['headers', new Map(headerEntries(request))],
    ['method', request.method],
    ['query', new Map(queryEntries(request))],
    ['url', request.originalUrl],
  ]);
  return new Map<string, Value>([
    ['http_request', http],
    ['received_time', formatTime(now / 1000, 'UTC')],
    ['type', 'HTTP'],
  ]);
}

function* headerEntries(request: Request): Iterable<[string, Value]> {
  const { rawHeaders } = request;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    yield [rawHeaders[at] ?? '', rawHeaders[at + 1] ?? ''];
}

function* queryEntries(request: Request): Iterable<[string, Value]> {
  for (const [name, value] of new URLSearchParams(request.originalUrl.split('?')[1] ?? ''))
    yield [name, value];
}

/** JSON bodies are decoded, other bodies are text, and an absent body is null. */
function bodyValue(request: Request): Value {
  const body: unknown = request.body;
  if (!Buffer.isBuffer(body) || body.length === 0) return null;
  const text = body.toString('utf8');
  if (!request.is('json')) return text;
  try {
    return decodeJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return text;
  }
}
