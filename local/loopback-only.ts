import type { RequestHandler } from 'express';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses calls that name another host: a web page whose name was pointed at this machine (DNS rebinding) must not
 * reach what only this machine's user may.
 */
export const loopbackOnly: RequestHandler = (request, response, next) => {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (LOOPBACK.has(host)) return next();
  const message = 'This server answers to localhost only.';
  response.status(403).json({ error: { code: 403, message, status: 'PERMISSION_DENIED' } });
};
