import { InvalidInput } from '../orchestrator/ports/failure.ts';

export interface AllowedHostsOptions {
  /** Audiences that the deployment binds hosts to: for services that take tokens for another name than their URL. */
  readonly audiences?: ReadonlyMap<string, string>;
  /** Whether every port of this machine may be called, with plain http: for systems that run on one machine only. */
  readonly loopback?: boolean;
}

/**
 * The hosts that an event may make this deployment call. No other host is called: a worker's event must not become a way
 * to reach a host, or to get an OIDC token for one, that the worker has no business with.
 *
 * An entry is a host (`jobs.example.com`, `jobs.example.com:8443`), all hosts below one (`*.jobs.example.com`), or an
 * origin with plain http (`http://127.0.0.1:8080`).
 *
 * Invariant: a URL is checked and passed on as one value, the normal form of the parsed URL. The parsers of other
 * languages, which call it in the end, read that form in one way.
 */
export class AllowedHosts {
  readonly #hosts: ReadonlySet<string>;
  readonly #suffixes: readonly string[];
  readonly #audiences: ReadonlyMap<string, string>;
  readonly #loopback: boolean;

  constructor(
    entries: Iterable<string>,
    { audiences = new Map(), loopback = false }: AllowedHostsOptions = {},
  ) {
    const all = [...entries];
    this.#hosts = new Set(all.filter((entry) => !entry.startsWith('*.')));
    this.#suffixes = all.filter((entry) => entry.startsWith('*.')).map((entry) => entry.slice(1));
    this.#audiences = audiences;
    this.#loopback = loopback;
  }

  /**
   * The normal form of a URL on an allowed host.
   *
   * @throws InvalidInput with the field
   */
  check(text: string, field: string): string {
    return this.#allowedUrl(text, field).href;
  }

  /**
   * The normal form of a base URL on an allowed host, to which a path can be appended: without a query and without a
   * slash at its end.
   *
   * @throws InvalidInput with the field
   */
  checkBase(text: string, field: string): string {
    const url = this.#allowedUrl(text, field);
    if (url.search || text.includes('?')) throw new InvalidInput(field, 'must have no query');
    return url.href.replace(/\/+$/, '');
  }

  /**
   * The audience of the OIDC token for calls to `url`, which `check` or `checkBase` gave. A service that gets a token can use it
   * at the service that it is for, so an event may only ask for one for the service that is called: its origin, or a path
   * below it. Any other audience has to be bound to the host by the deployment.
   *
   * @throws InvalidInput with the field
   */
  audience(url: string, asked: string | undefined, field: string): string {
    const { origin, host } = new URL(url);
    const bound = this.#audiences.get(host);
    if (!asked) return bound ?? url;
    if (asked === bound || isWithin(origin, asked)) return asked;
    throw new InvalidInput(
      field,
      `must be ${origin} or begin with ${origin}/, unless the setting AUDIENCES binds ${host} to another audience`,
    );
  }

  #allowedUrl(text: string, field: string): URL {
    const url = plainUrl(text, field);
    const { protocol, host, hostname, origin } = url;
    if (protocol === 'http:' && (this.#hosts.has(origin) || (this.#loopback && isLoopback(hostname))))
      return url;
    if (protocol !== 'https:') throw new InvalidInput(field, 'must be an https URL');
    const listed = this.#hosts.has(host) || this.#suffixes.some((suffix) => hasSuffix(url, suffix));
    if (!listed) throw new InvalidInput(field, `names a host that ALLOWED_HOSTS does not list: ${host}`);
    return url;
  }
}

/** What RFC 3986 has in a URL: neither backslashes and spaces, which some parsers rewrite, nor other alphabets. */
const URL_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/;
/** A segment of one or two dots, also percent-encoded: parsers remove it, together with what is in front of it. */
const DOT_SEGMENT = /\/(\.|%2e){1,2}([/?#]|$)/i;

function plainUrl(text: string, field: string): URL {
  if (!URL_CHARACTERS.test(text) || !/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) {
    throw new InvalidInput(field, 'must be an https URL');
  }
  const url = new URL(text);
  if (url.username || url.password || text.includes('#')) {
    throw new InvalidInput(field, 'must have no user name and no fragment');
  }
  if (DOT_SEGMENT.test(text)) throw new InvalidInput(field, 'must have no . or .. in its path');
  return url;
}

/** A wildcard stands for hosts at the port of https. */
function hasSuffix({ hostname, port }: URL, suffix: string): boolean {
  return port === '' && hostname.endsWith(suffix) && hostname.length > suffix.length;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function isWithin(origin: string, audience: string): boolean {
  if (audience !== origin && !audience.startsWith(`${origin}/`)) return false;
  // The rest of it stays below the origin in every parser's reading.
  return URL_CHARACTERS.test(audience) && !DOT_SEGMENT.test(audience) && new URL(audience).origin === origin;
}
