import type { RequestHandler } from 'express';
import { RequestError } from '../errors/request-error.ts';
import { sendError } from './status-error.ts';

/** Names of this machine. A page that makes its own name resolve to this machine sends its own name as `Host`. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/**
 * Refuses requests that a page of another origin makes: a server on a person's machine is in reach of every page that
 * the person opens. Programs send neither `Origin` nor `Sec-Fetch-Site`.
 */
export const refuseOtherOrigins: RequestHandler = (request, response, next) => {
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const foreignOrigin = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
  if (foreignOrigin || site === 'cross-site' || site === 'same-site') {
    sendError(
      response,
      new RequestError('PERMISSION_DENIED', 'requests of pages of another origin are refused'),
    );
    return;
  }
  next();
};

/** Refuses requests for another host than this machine. For servers that listen on the loopback interface. */
export const refuseOtherHosts: RequestHandler = (request, response, next) => {
  if (LOOPBACK.test(request.headers.host ?? '')) return next();
  sendError(response, new RequestError('PERMISSION_DENIED', 'the Host of the request is not this machine'));
};
