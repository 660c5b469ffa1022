/** A call that is refused for what its HTTP request says, before any method sees it, in the error form of AIP-193. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The reasons of an ErrorInfo are unique within its domain (AIP-193). */
export const ERROR_DOMAIN = 'lro-orchestrator';

type ErrorDetail = Readonly<Record<string, unknown>>;

/** A call that the edge refuses. Its message is for the caller. */
export class HttpRefusal extends Error {
  /** The HTTP status. */
  readonly http: number;
  /** The name of the google.rpc.Code. */
  readonly status: string;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    http: number,
    status: string,
    reason: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = 'HttpRefusal';
    this.http = http;
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }
}

export function sendRefusal(response: ServerResponse, refusal: HttpRefusal): void {
  for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
  sendError(response, errorOf(refusal));
}

/** The body of the answer. */
export function refusalJson(refusal: HttpRefusal): string {
  return JSON.stringify({ error: errorOf(refusal) });
}

function errorOf({ http, status, message, reason }: HttpRefusal): ErrorBody {
  return { code: http, message, status, details: [errorInfoJson(reason)] };
}

/** The fields of `error` in the answer. */
export interface ErrorBody {
  /** The HTTP status. */
  readonly code: number;
  readonly message: string;
  readonly status: string;
  readonly details: readonly ErrorDetail[];
}

/** The one form of every error of this project over HTTP. */
export function sendError(response: ServerResponse, error: ErrorBody): void {
  const body = Buffer.from(JSON.stringify({ error }));
  response.statusCode = error.code;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', body.length);
  response.end(body);
}

export function errorInfoJson(reason: string, metadata: Readonly<Record<string, string>> = {}): ErrorDetail {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: ERROR_DOMAIN, metadata };
}

export function noSuchPath(message: string): HttpRefusal {
  return new HttpRefusal(404, 'NOT_FOUND', 'METHOD_NOT_FOUND', message);
}

export function methodNotAllowed(allow: string): HttpRefusal {
  const message = `This path takes the HTTP methods ${allow}.`;
  return new HttpRefusal(405, 'UNIMPLEMENTED', 'HTTP_METHOD_NOT_ALLOWED', message, { allow });
}

export function unsupportedMediaType(): HttpRefusal {
  const message =
    'The body must be JSON, declared as such (content-type: application/json), and in no encoding but gzip, deflate or br.';
  return new HttpRefusal(415, 'INVALID_ARGUMENT', 'UNSUPPORTED_MEDIA_TYPE', message);
}

export function bodyTooLarge(maxBytes: number): HttpRefusal {
  return new HttpRefusal(413, 'INVALID_ARGUMENT', 'BODY_TOO_LARGE', `A body has at most ${maxBytes} bytes.`);
}

export function brokenBody(): HttpRefusal {
  return new HttpRefusal(400, 'INVALID_ARGUMENT', 'BROKEN_BODY', 'The body could not be read.');
}

/** A request that could not be read. `http` is a 4xx status. */
export function brokenRequest(http: number): HttpRefusal {
  return new HttpRefusal(http, 'INVALID_ARGUMENT', 'BROKEN_REQUEST', 'The request could not be read.');
}

export function foreignOrigin(message: string): HttpRefusal {
  return new HttpRefusal(403, 'PERMISSION_DENIED', 'FOREIGN_ORIGIN', message);
}

/** The last handler of an express app. Without it express answers errors in HTML. */
export function answerNoSuchPath(_request: IncomingMessage, response: ServerResponse): void {
  sendRefusal(response, noSuchPath('Nothing is served at this path.'));
}
