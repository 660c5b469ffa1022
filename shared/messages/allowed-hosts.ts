import { InvalidInput } from '../orchestrator/ports/failure.ts';

/**
 * The hosts that an event may make this deployment call. Nothing is called that is not listed: a worker's event must
 * not become a way to reach hosts, or to get OIDC tokens for them, that the worker has no business with.
 *
 * An entry is a host (`jobs.example.com`), all hosts below one (`*.a.run.app`), or, for local systems, an origin
 * with plain http (`http://127.0.0.1:8080`).
 */
export class AllowedHosts {
  readonly #hosts: ReadonlySet<string>;
  readonly #suffixes: readonly string[];

  constructor(entries: readonly string[]) {
    this.#hosts = new Set(entries.filter((entry) => !entry.startsWith('*.')));
    this.#suffixes = entries.filter((entry) => entry.startsWith('*.')).map((entry) => entry.slice(1));
  }

  /** The URL as it will be called; an InvalidInput that names the field where it may not be. */
  check(text: string, field: string): string {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url) throw new InvalidInput(field, 'must be an https URL');
    if (url.username || url.password || url.hash)
      throw new InvalidInput(field, 'must have no user name and no fragment');
    if (this.#hosts.has(url.origin) && url.protocol === 'http:') return text;
    if (url.protocol !== 'https:') throw new InvalidInput(field, 'must be an https URL');
    const listed =
      this.#hosts.has(url.host) || this.#suffixes.some((suffix) => url.hostname.endsWith(suffix));
    if (!listed) throw new InvalidInput(field, `names a host that ALLOWED_HOSTS does not list: ${url.host}`);
    return text;
  }
}
