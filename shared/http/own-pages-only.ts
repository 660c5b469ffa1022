import type { IncomingMessage, ServerResponse } from 'node:http';
import { foreignOrigin, type HttpRefusal, sendRefusal } from './refusal.ts';

/** A Host header that names this machine, with any port. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** What browsers say of a call that no page of another origin made (https://www.w3.org/TR/fetch-metadata/). */
const OWN_SITES = ['same-origin', 'none'];

/**
 * Refuses the calls that a web page of another origin makes to a server on the user's own machine, which trusts every
 * caller. A browser shows in the request where the page came from:
 *
 * - `Host`: a page whose own name was pointed at this machine (DNS rebinding) calls another host than localhost.
 * - `Origin`: a page of another origin, also one on another port of this machine, or a sandboxed one (`null`).
 * - `Sec-Fetch-Site`: the same, for calls that have no Origin, such as those for images.
 *
 * Programs that are not browsers send neither of the latter two.
 */
export function ownPagesOnly(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const refusal = foreignCall(request);
  if (refusal) sendRefusal(response, refusal);
  else next();
}

/** The refusal of a call that a page of another origin makes; undefined for every other call. */
export function foreignCall({ method, url, headers }: IncomingMessage): HttpRefusal | undefined {
  const { host = '', origin } = headers;
  if (!LOOPBACK.test(host)) return foreignOrigin('This server answers calls to localhost only.');
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return foreignOrigin('This server answers no calls from web pages of another origin.');
  }
  const site = headers['sec-fetch-site'];
  if (site === undefined || OWN_SITES.includes(String(site)) || opensStartPage(method, url, headers)) {
    return undefined;
  }
  return foreignOrigin('This server answers no calls from web pages of another site.');
}

/** A link on another page may lead to the start page, as a document of its own: that page learns nothing by it. */
function opensStartPage(
  method: string | undefined,
  url: string | undefined,
  headers: IncomingMessage['headers'],
): boolean {
  const isDocument = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return method === 'GET' && url === '/' && isDocument;
}
