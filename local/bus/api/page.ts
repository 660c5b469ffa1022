import * as v from 'valibot';
import { parseBody } from './request-body.ts';

const SIZE_RULE = 'must be an integer that is not negative';

const pageQuery = v.object({
  pageSize: v.optional(
    v.pipe(v.string(SIZE_RULE), v.transform(Number), v.safeInteger(SIZE_RULE), v.minValue(0, SIZE_RULE)),
    '0',
  ),
  pageToken: v.optional(v.string(), ''),
});

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1_000;

/** The page of a list, in order of name, that the query asks for. The page token is the last name of the page before. */
export function pageOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  query: unknown,
): { readonly items: readonly T[]; readonly nextPageToken?: string } {
  const { pageSize, pageToken } = parseBody(pageQuery, query);
  const rest = items.filter((item) => nameOf(item) > pageToken);
  const page = rest.slice(0, Math.min(pageSize || DEFAULT_SIZE, MAX_SIZE));
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length) return { items: page };
  return { items: page, nextPageToken: nameOf(last) };
}
