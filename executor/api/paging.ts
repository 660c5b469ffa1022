import type { Request } from 'express';
import { RequestError } from '../errors/request-error.ts';
import { queryText } from './request-reader.ts';

/**
 * Returns one page of a list. The page token is the position after the page. Items that are added in front meanwhile shift the
 * pages, as with Google, whose paging "is applied to dynamic data".
 */
export function page<T>(
  items: readonly T[],
  request: Request,
  size: { readonly byDefault: number; readonly atMost: number },
): { items: readonly T[]; nextPageToken: { nextPageToken?: string } } {
  const asked = Number(queryText(request, 'pageSize') ?? 0);
  if (!Number.isInteger(asked) || asked < 0) {
    throw new RequestError('INVALID_ARGUMENT', 'pageSize must be a positive number');
  }
  const count = asked === 0 ? size.byDefault : Math.min(asked, size.atMost);
  const start = readToken(queryText(request, 'pageToken'));
  const end = start + count;
  const nextPageToken =
    end < items.length ? { nextPageToken: Buffer.from(String(end)).toString('base64url') } : {};
  return { items: items.slice(start, end), nextPageToken };
}

function readToken(token: string | undefined): number {
  if (token === undefined) return 0;
  const position = Buffer.from(token, 'base64url').toString();
  if (!/^\d{1,9}$/.test(position)) throw new RequestError('INVALID_ARGUMENT', 'pageToken is not valid');
  return Number(position);
}
