/** What a URL's path names. The paths are those of google/longrunning/operations.proto, and our own beside them. */
import { InvalidInput } from '../orchestrator/ports/failure.ts';

export type Resource =
  | ('collection' | 'operation' | 'operation:cancel' | 'operation:wait' | 'operation:inspect')
  | ('collection:watch' | 'collection:statistics' | 'operation:watch')
  | ('rpc:GetOperation' | 'openapi');

export interface Target {
  readonly resource: Resource;
  /** The operation's name, not checked yet; empty where the path names none. */
  readonly name: string;
}

const FIXED: Readonly<Record<string, Resource>> = {
  '/v1/operations': 'collection',
  '/v1/operations:watch': 'collection:watch',
  '/v1/operations:statistics': 'collection:statistics',
  '/google.longrunning.Operations/GetOperation': 'rpc:GetOperation',
  '/openapi.json': 'openapi',
};
const VERBS: Readonly<Record<string, Resource>> = {
  cancel: 'operation:cancel',
  wait: 'operation:wait',
  inspect: 'operation:inspect',
  watch: 'operation:watch',
};

const VERSION = '/v1/';
const COLLECTION = 'operations/';
/** Percent-encoded or not: clients that take the name for one segment encode its slash. */
const OPERATION_PATH = /^\/v1\/operations(\/|%2f)/i;

/** undefined for a path that names nothing. */
export function targetOf(path: string): Target | undefined {
  const fixed = Object.hasOwn(FIXED, path) ? FIXED[path] : undefined;
  if (fixed) return { resource: fixed, name: '' };
  if (!OPERATION_PATH.test(path)) return undefined;
  // AIP-136: the verb of a custom method stands behind a colon, which no id has.
  const [encoded = '', verb] = splitVerb(path.slice(VERSION.length));
  const resource = verb === undefined ? 'operation' : Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  return resource && { resource, name: withoutRepeatedCollection(decoded(encoded)) };
}

function splitVerb(path: string): [string, string?] {
  const colon = path.lastIndexOf(':');
  return colon < 0 ? [path] : [path.slice(0, colon), path.slice(colon + 1)];
}

/** Once: what is still encoded after it is no name. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new InvalidInput('name', 'is not percent-encoded UTF-8');
  }
}

/** google-gax puts the whole name where `{id}` stands. */
function withoutRepeatedCollection(name: string): string {
  return name.startsWith(COLLECTION + COLLECTION) ? name.slice(COLLECTION.length) : name;
}
