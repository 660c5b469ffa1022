import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError } from '../../shared/http/refusal.ts';

/** The header in which the page sends its token. */
export const PAGE_TOKEN_HEADER = 'x-console-token';

const READ_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** Creates a token for one run of a server. */
export function newPageToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * Refuses changing calls from a browser unless they come from the server's own page, which alone has the token. Clients other
 * than browsers send neither of the two headers and need no token. If `token` is undefined, all changing calls from browsers are
 * refused.
 */
export function requirePageToken(
  token: string | undefined,
): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  return (request, response, next) => {
    if (READ_METHODS.includes(request.method ?? '') || !isFromBrowser(request.headers)) return next();
    if (token !== undefined && isEqual(String(request.headers[PAGE_TOKEN_HEADER] ?? ''), token))
      return next();
    const message =
      token === undefined
        ? 'The console is read-only here.'
        : 'This page is of an earlier run of the server. Load it again.';
    sendError(response, { code: 403, message, status: 'PERMISSION_DENIED', details: [] });
  };
}

/** https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/ */
export function isFromBrowser(headers: NodeJS.Dict<string | string[]>): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
