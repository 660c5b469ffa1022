import type { IncomingMessage, RequestListener } from 'node:http';
import { brokenRequest, sendRefusal } from './refusal.ts';

/** HTTP/1.1 requires one Host header, and no more (RFC 9112, 3.2). An older request may lack it. */
function hasOneHost({ headers, rawHeaders, httpVersion }: IncomingMessage): boolean {
  if (headers.host === undefined) return httpVersion !== '1.1';
  // Node shows the first of several, and a proxy in front may have read another one.
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts < 2;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;
/** Neither character may appear in a target (RFC 9112, 3.2). express answers a target that it cannot parse in HTML. */
const ORIGIN_FORM = /^(\/[^\s#]*|\*)$/;

/** Wraps a listener, such as an express app, so that every request target it sees is in origin form. */
export function behindPlainTargets(listener: RequestListener): RequestListener {
  return (request, response) => {
    toOriginForm(request);
    if (ORIGIN_FORM.test(request.url ?? '') && hasOneHost(request)) listener(request, response);
    else sendRefusal(response, brokenRequest(400));
  };
}

/**
 * Turns an absolute-form request target (`GET http://host/path`), which every server must accept, into origin form
 * (RFC 9112, 3.2.2). The host of an absolute target replaces the Host header, so that no later check sees another host.
 */
function toOriginForm(request: IncomingMessage): void {
  if (request.url?.startsWith('/')) return;
  const [, authority, path = ''] = ABSOLUTE.exec(request.url ?? '') ?? [];
  if (authority === undefined) return;
  request.headers.host = authority;
  request.url = path.startsWith('/') ? path : `/${path}`;
}
