import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError } from '../../shared/http/refusal.ts';

/** The header in which the page sends its token. */
export const PAGE_TOKEN_HEADER = 'x-console-token';

const READ_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** A token for one run of a server. */
export function newPageToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * Refuses what a browser sends to change something, unless the server's own page sends it: only that page has the token.
 * Clients that are no browsers send neither header, and need none. Without a token, every such call is refused.
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
function isFromBrowser(headers: NodeJS.Dict<string | string[]>): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
