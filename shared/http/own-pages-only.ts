import type { IncomingMessage, ServerResponse } from 'node:http';
import { foreignOrigin, type HttpRefusal, sendRefusal } from './refusal.ts';

/** A Host header that names this machine, with any port. */
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** The values that browsers send if no page of another origin made the call (https://www.w3.org/TR/fetch-metadata/). */
const OWN_SITES = ['same-origin', 'none'];

/**
 * Refuses calls from web pages of other origins to a server on the user's own machine, which trusts every caller. The
 * request shows where the page came from:
 *
 * - `Host`: a page whose name was pointed at this machine (DNS rebinding) calls another host than localhost.
 * - `Origin`: a page of another origin, including another port of this machine and a sandboxed page (`null`).
 * - `Sec-Fetch-Site`: the same, for calls without an Origin, such as those for images.
 *
 * Programs other than browsers send neither of the last two.
 */
export function ownPagesOnly(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const refusal = foreignCall(request);
  if (refusal) sendRefusal(response, refusal);
  else next();
}

/** Returns the refusal of a call from a page of another origin, or undefined for every other call. */
export function foreignCall({ method, url, headers }: IncomingMessage): HttpRefusal | undefined {
  const { host = '', origin } = headers;
  if (!LOOPBACK.test(host)) return foreignOrigin('This server answers calls to localhost only.');
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return foreignOrigin('This server answers no calls from web pages of another origin.');
  }
  const site = headers['sec-fetch-site'];
  if (site === undefined || OWN_SITES.includes(String(site)) || opensConsolePage(method, url, headers)) {
    return undefined;
  }
  return foreignOrigin('This server answers no calls from web pages of another site.');
}

/** The pages of the console. Opening them changes nothing, and no other page may frame or read them. */
const CONSOLE_PAGES = /^\/(operations\/[^/?]+|system)?(\?|$)/;

/**
 * A link on another page may open a page of the console as its own document: the linking page learns nothing from it.
 */
function opensConsolePage(
  method: string | undefined,
  url: string | undefined,
  headers: IncomingMessage['headers'],
): boolean {
  const isDocument = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return method === 'GET' && CONSOLE_PAGES.test(url ?? '') && isDocument;
}
