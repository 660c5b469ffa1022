/**
 * Reads the settings ALLOWED_HOSTS, the hosts that events may name, and AUDIENCES, the OIDC audiences of the tokens that
 * are sent to them.
 */
import { getDomain } from 'tldts';
import * as v from 'valibot';
import { entriesOf } from './setting-entries.ts';

const MAX_HOST_LENGTH = 253;
const MAX_PORT = 65_535;
const HTTPS_PORT = 443;
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** At least two labels. The last label begins with a letter, so that no form of an IP address is accepted as a host. */
const HOST = new RegExp(`^(?:${LABEL}\\.)+(?=[a-z])${LABEL}$`);
const LOOPBACK_ORIGIN = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

/**
 * Returns why a host may not be allowed, or undefined if it may. A wildcard must stay within a domain that has one owner.
 * Below a public suffix (https://publicsuffix.org, with its private section: run.app, github.io) anyone can register a
 * host, and would receive the tokens of this deployment.
 *
 * @param local whether http origins of this machine are allowed too
 */
export function problemOfHost(entry: string, local = false): string | undefined {
  if (entry === '') return 'must have no empty entry';
  if (local && LOOPBACK_ORIGIN.test(entry)) return undefined;
  if (entry.includes('://')) return `must have hosts and no URLs, and has "${entry}"`;
  const wildcard = entry.startsWith('*.');
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/s.exec(wildcard ? entry.slice(2) : entry) ?? [];
  if (!HOST.test(host) || host.length > MAX_HOST_LENGTH) {
    return `must have names of hosts in lower case, as jobs.example.com or *.jobs.example.com, and has "${entry}"`;
  }
  if (port !== undefined && (wildcard || !isPort(port))) {
    return `must have a port only beside a host, 1 to ${MAX_PORT} and not ${HTTPS_PORT}, and has "${entry}"`;
  }
  if (wildcard && getDomain(host, { allowPrivateDomains: true }) === null) {
    return `must have no wildcard below which anyone can have a host, and has "${entry}"`;
  }
  return undefined;
}

function isPort(text: string): boolean {
  const port = Number(text);
  return !text.startsWith('0') && port <= MAX_PORT && port !== HTTPS_PORT;
}

/** Reads ALLOWED_HOSTS. */
export function hostList(local: boolean) {
  return v.pipe(
    v.string(),
    v.transform(entriesOf),
    v.rawCheck(({ dataset, addIssue }) => {
      for (const entry of dataset.typed ? dataset.value : []) {
        const message = problemOfHost(entry, local);
        if (message) addIssue({ message });
      }
    }),
  );
}

/** Reads AUDIENCES into the audience of each host. */
export const audienceList = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const audiences = new Map<string, string>();
    for (const entry of entriesOf(dataset.value)) {
      const [host = '', audience = ''] = entry.split(/=(.*)/s);
      const problem = problemOfAudience(entry, host, audience, audiences);
      if (problem) {
        addIssue({ message: problem });
        return NEVER;
      }
      audiences.set(host, audience);
    }
    return audiences as ReadonlyMap<string, string>;
  }),
);

function problemOfAudience(
  entry: string,
  host: string,
  audience: string,
  before: ReadonlyMap<string, string>,
): string | undefined {
  if (!entry.includes('=')) return `must be HOST=AUDIENCE, separated by commas, and has "${entry}"`;
  if (host.startsWith('*')) return `must have hosts without a wildcard, and has "${host}"`;
  if (!/^[!-~]+$/.test(audience)) return `must have an audience of visible characters for ${host}`;
  if (before.has(host)) return `must name each host once, and has ${host} twice`;
  return problemOfHost(host);
}

/** Whether an entry of ALLOWED_HOSTS allows the host. */
export function isListed(host: string, allowedHosts: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '');
  return allowedHosts.some(
    (entry) => entry === host || (entry.startsWith('*.') && name.endsWith(entry.slice(1))),
  );
}
