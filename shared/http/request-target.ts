import type { IncomingMessage } from 'node:http';

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;

/**
 * Turns an absolute-form request target (`GET http://host/path`), which every server must accept, into origin form
 * (RFC 9112, 3.2.2). The host of an absolute target replaces the Host header, so that no later check sees another host.
 */
export function toOriginForm(request: IncomingMessage & { originalUrl?: string }): void {
  const [, authority, path = ''] = ABSOLUTE.exec(request.url ?? '') ?? [];
  if (authority === undefined) return;
  request.headers.host = authority;
  request.url = path.startsWith('/') ? path : `/${path}`;
  // express keeps the target as it came, for handlers that are mounted at a path.
  if (request.originalUrl !== undefined) request.originalUrl = request.url;
}
