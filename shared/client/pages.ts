/** Makes a call that may be repeated. */
export type Call = <T>(method: string, path: string, body?: object) => Promise<T>;

/** Yields the pages of a list, one after another (AIP-158). */
export async function* eachPage<P extends object>(
  call: Call,
  path: string,
  parameters: Readonly<Record<string, unknown>>,
): AsyncIterable<P> {
  let pageToken: string | undefined;
  do {
    const url = path + query({ ...parameters, pageToken });
    const page: object = await call<object>('GET', url);
    yield page as Awaited<P>;
    pageToken = (page as { nextPageToken?: string }).nextPageToken;
  } while (pageToken);
}

/** The query of a URL. A page size of 0 is the default, as none is (AIP-158). */
export function query(parameters: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(parameters).filter(([, value]) => value);
  const text = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
  return text && `?${text}`;
}
