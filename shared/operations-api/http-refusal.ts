import type { AnyValue } from '../lifecycle/result.ts';
import { errorInfo } from './error-details.ts';

/** A call that is refused for what HTTP says of it, before any method of the API has seen it. */
export class HttpRefusal extends Error {
  readonly http: number;
  readonly status: string;
  readonly details: readonly AnyValue[];
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
    this.details = [errorInfo(reason)];
    this.headers = headers;
  }
}

export function noSuchMethod(): HttpRefusal {
  return new HttpRefusal(
    404,
    'NOT_FOUND',
    'METHOD_NOT_FOUND',
    'There is no such method; /openapi.json lists them all.',
  );
}

export function methodNotAllowed(allow: string): HttpRefusal {
  const message = `Here the HTTP method has to be one of ${allow}.`;
  return new HttpRefusal(405, 'UNIMPLEMENTED', 'HTTP_METHOD_NOT_ALLOWED', message, { allow });
}

export function unsupportedMediaType(): HttpRefusal {
  const message = 'A body has to be application/json, plain or in an encoding that the server knows.';
  return new HttpRefusal(415, 'INVALID_ARGUMENT', 'UNSUPPORTED_MEDIA_TYPE', message);
}

export function bodyTooLarge(limit: number): HttpRefusal {
  return new HttpRefusal(413, 'INVALID_ARGUMENT', 'BODY_TOO_LARGE', `A body has at most ${limit} bytes.`);
}

export function brokenBody(): HttpRefusal {
  return new HttpRefusal(400, 'INVALID_ARGUMENT', 'BROKEN_BODY', 'The body could not be read.');
}
