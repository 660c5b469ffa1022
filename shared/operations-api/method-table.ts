/** Maps paths to methods: the paths of google/longrunning/operations.proto, and those of this project. */
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { type ApiMethod, type HttpMethod, ON_OPERATION } from './methods/method.ts';

type MethodsOfPath = ReadonlyMap<HttpMethod, ApiMethod>;

export interface Target {
  readonly methods: MethodsOfPath;
  /** The unchecked name of the operation. Empty if the path names none. */
  readonly name: string;
}

const VERSION = '/v1/';
const COLLECTION = 'operations/';
/** Clients that treat the whole name as one path segment encode its slash. */
const OPERATION = /^operations(\/|%2f)/i;

export class MethodTable {
  readonly #byPath = new Map<string, Map<HttpMethod, ApiMethod>>();
  /** The part of the path after the operation: `:cancel`, `/children`. */
  readonly #suffixes: readonly string[];

  constructor(methods: readonly ApiMethod[]) {
    for (const method of methods) {
      const others = this.#byPath.get(method.path);
      if (others) others.set(method.http, method);
      else this.#byPath.set(method.path, new Map([[method.http, method]]));
    }
    this.#suffixes = [...this.#byPath.keys()]
      .filter((path) => path.startsWith(ON_OPERATION) && path !== ON_OPERATION)
      .map((path) => path.slice(ON_OPERATION.length));
  }

  /** Returns undefined for an unknown path. */
  target(path: string): Target | undefined {
    const fixed = path.includes('{') ? undefined : this.#byPath.get(path);
    if (fixed) return { methods: fixed, name: '' };
    if (!path.startsWith(VERSION)) return undefined;
    const rest = path.slice(VERSION.length);
    if (!OPERATION.test(rest)) return undefined;
    const suffix =
      this.#suffixes.find((known) => OPERATION.test(rest.slice(0, -known.length)) && rest.endsWith(known)) ??
      '';
    const encoded = rest.slice(0, rest.length - suffix.length);
    // An id contains no colon, so the text after a colon is the verb of a custom method (AIP-136).
    if (encoded.includes(':')) return undefined;
    const methods = this.#byPath.get(ON_OPERATION + suffix);
    return methods && { methods, name: withoutRepeatedCollection(decoded(encoded)) };
  }
}

/** Decodes once. A name that is still encoded is invalid. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new InvalidInput('name', 'is not percent-encoded UTF-8');
  }
}

/** google-gax puts the whole name in the place of `{id}`. */
function withoutRepeatedCollection(name: string): string {
  return name.startsWith(COLLECTION + COLLECTION) ? name.slice(COLLECTION.length) : name;
}
