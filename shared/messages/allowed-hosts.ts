import { InvalidInput } from '../orchestrator/ports/failure.ts';

export interface AllowedHostsOptions {
  /**
   * Additional audiences that the deployment binds to hosts: for services that accept tokens for a name other than
   * their URL.
   */
  readonly audiences?: ReadonlyMap<string, string>;
  /** Whether every port of this machine may be called over plain http. Only for a system that runs on one machine. */
  readonly loopback?: boolean;
}

/**
 * The hosts that an event may make this deployment call. No other host is called, so that a worker's event is not a way
 * to reach a host, or to get an OIDC token for one, to which the worker has no access.
 *
 * An entry is a host (`jobs.example.com`, `jobs.example.com:8443`), all hosts below one (`*.jobs.example.com`), or an
 * origin with plain http (`http://127.0.0.1:8080`).
 *
 * Invariant: a URL is checked and passed on as one value, the normal form of the parsed URL. The URL parsers of other
 * languages, such as the workflow's, read that form in only one way.
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
   * Returns the normal form of a URL on an allowed host.
   *
   * @throws InvalidInput that names the field
   */
  check(text: string, field: string): string {
    return this.#allowedUrl(text, field).href;
  }

  /**
   * Returns the normal form of a base URL on an allowed host, without a query and without a slash at its end, so that a
   * path can be appended.
   *
   * @throws InvalidInput that names the field
   */
  checkBase(text: string, field: string): string {
    const url = this.#allowedUrl(text, field);
    if (text.includes('?')) throw new InvalidInput(field, 'must have no query');
    return url.href.replace(/\/+$/, '');
  }

  /**
   * Returns the audience of the OIDC token for calls to `url`, which `check` or `checkBase` returned.
   *
   * A service that receives a token can use it at the service that the audience names. So an event may only ask for an
   * audience of the called service: its origin, or a path below it. The deployment has to bind any other audience to
   * the host.
   *
   * @throws InvalidInput that names the field
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
    if (!listed) throw new InvalidInput(field, `must have a host that ALLOWED_HOSTS lists, and has ${host}`);
    return url;
  }
}

/**
 * The characters of a URL in RFC 3986. Backslashes and spaces, which some parsers rewrite, and other alphabets are not
 * among them.
 */
const URL_CHARACTERS = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/;
/** A segment of one or two dots, also percent-encoded: parsers remove it together with the segment before it. */
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

/** A wildcard matches hosts at the https port. */
function hasSuffix({ hostname, port }: URL, suffix: string): boolean {
  return port === '' && hostname.endsWith(suffix) && hostname.length > suffix.length;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function isWithin(origin: string, audience: string): boolean {
  if (audience !== origin && !audience.startsWith(`${origin}/`)) return false;
  // Every parser reads the rest of the URL as a path below the origin.
  return URL_CHARACTERS.test(audience) && !DOT_SEGMENT.test(audience) && new URL(audience).origin === origin;
}
