/**
 * Leaves out parts of payloads where people look for faults: the console, `:inspect` and logs. An entry of the setting REDACT is one of
 *  - the name of a message type, `example.v1.Card`: every payload of that type, also within another payload
 *  - a method, `example.v1.Payments.Pay`: every payload and error of its operations
 *  - a path, `input.card.number`: fields in the JSON of the payload that the first part names; `*` stands for any one part
 *
 * Redaction keeps secrets off screens and out of tickets. It is not access control: a caller that may read the operation gets the
 * whole response.
 */
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';
import { typeNameOfUrl } from './registry.ts';
import { isBase64 } from './text.ts';

export const REDACTED = '[redacted]';

/** The payloads of an operation. `payload` is that of a notification. `error` has the fields `message` and `details`. */
export const PAYLOAD_FIELDS = ['input', 'metadata', 'response', 'payload', 'error'] as const;
export type PayloadField = (typeof PAYLOAD_FIELDS)[number];

const NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$/;
const PART = /^(\*|[^.,*\s]+)$/;
const ANY_PART = '*';

/**
 * The well-known types whose JSON is in the field `value`. For a type that this deployment does not know, `value` has the bytes
 * in base64.
 */
const OPEN_VALUES = /^google\.protobuf\./;

export class Redaction {
  readonly #names: ReadonlySet<string>;
  readonly #paths: readonly (readonly string[])[];

  /** @param entries each without a problem: see problemOfRedaction */
  constructor(entries: readonly string[] = []) {
    this.#names = new Set(entries.filter((entry) => !isPath(entry)));
    this.#paths = entries.filter(isPath).map((entry) => entry.split('.'));
  }

  /** Whether nothing is redacted. */
  get isOff(): boolean {
    return this.#names.size === 0 && this.#paths.length === 0;
  }

  /** Whether an entry may name a method. If so, callers have to pass the operation's method. */
  get asksForMethod(): boolean {
    return this.#names.size > 0;
  }

  /** Redacts the JSON of a google.protobuf.Any, which is the field `field` of an operation with this method. */
  payload(field: PayloadField, any: JsonObject, method: string | undefined): JsonObject {
    if (this.isOff) return any;
    if (this.#hidesMethod(method) || this.#hides(field)) return withoutValue(any);
    const paths = this.#pathsIn(field);
    return this.#typed(paths.reduce<JsonObject>(withoutPathInAny, any)) as JsonObject;
  }

  /** Redacts the text of an error. */
  message(message: string, method: string | undefined): string {
    const isHidden =
      this.#hidesMethod(method) ||
      this.#paths.some(
        ([root, part, ...rest]) => root === 'error' && rest.length === 0 && isPart(part, 'message'),
      );
    return isHidden && message !== '' ? REDACTED : message;
  }

  /** Redacts the message of an error without details. */
  error<E extends { readonly message: string }>(error: E, method: string | undefined): E {
    return { ...error, message: this.message(error.message, method) };
  }

  /** Redacts the JSON of a google.rpc.Status, or a part of it. */
  status(status: JsonObject, method: string | undefined): JsonObject {
    if (this.isOff) return status;
    const { message, details } = status;
    const paths = this.#paths.filter(([root, part]) => root === 'error' && isPart(part, 'details'));
    const hidesDetails = this.#hidesMethod(method) || paths.some(({ length }) => length <= 2);
    const shown = (detail: JsonValue) => {
      if (!isJsonObject(detail)) return detail;
      if (hidesDetails) return withoutValue(detail);
      const inside = paths.map(([, , ...rest]) => rest);
      return this.payload('error', inside.reduce<JsonObject>(withoutPathInAny, detail), undefined);
    };
    return {
      ...status,
      message: typeof message === 'string' ? this.message(message, method) : message,
      details: Array.isArray(details) ? details.map(shown) : details,
    };
  }

  #hidesMethod(method: string | undefined): boolean {
    return method !== undefined && this.#names.has(method);
  }

  /** Whether an entry names the whole field. */
  #hides(field: PayloadField): boolean {
    return this.#paths.some(([root, ...rest]) => root === field && rest.length === 0);
  }

  /** Returns the paths within the field. For `error` they begin with `message` or `details`, which `status` handles. */
  #pathsIn(field: PayloadField): readonly (readonly string[])[] {
    return this.#paths
      .filter(([root]) => root === ANY_PART || (root === field && field !== 'error'))
      .map(([, ...rest]) => rest);
  }

  /** Redacts the payloads of the named types, at any depth. */
  #typed(value: JsonValue): JsonValue {
    if (this.#names.size === 0) return value;
    if (Array.isArray(value)) return value.map((one) => this.#typed(one));
    if (!isJsonObject(value)) return value;
    const type = value['@type'];
    if (typeof type === 'string' && this.#names.has(typeNameOfUrl(type))) return withoutValue(value);
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, this.#typed(inner as JsonValue)]),
    );
  }
}

export const NO_REDACTION = new Redaction();

/** Returns why an entry of REDACT is invalid, or undefined if it is valid. */
export function problemOfRedaction(entry: string): string | undefined {
  if (!isPath(entry)) {
    return NAME.test(entry)
      ? undefined
      : `must have types and methods, as example.v1.Card, and paths that begin with ${PAYLOAD_FIELDS.join(', ')} or *, and has "${entry}"`;
  }
  const [root, second, ...rest] = entry.split('.');
  if (!entry.split('.').every((part) => PART.test(part))) {
    return `must have paths of names and * with dots between them, and has "${entry}"`;
  }
  if (root === ANY_PART && second === undefined) {
    return `must say what is hidden in every payload, as *.card, and has "*"`;
  }
  if (root === 'error' && second !== undefined) {
    const isRight = second === 'details' || (second === 'message' && rest.length === 0);
    if (!isRight)
      return `must name error, error.message, error.details or what is in them, and has "${entry}"`;
  }
  return undefined;
}

function isPath(entry: string): boolean {
  const [root = ''] = entry.split('.');
  return root === ANY_PART || PAYLOAD_FIELDS.some((field) => field === root);
}

/** The path `error` covers all parts of the error. */
function isPart(part: string | undefined, name: string): boolean {
  return part === undefined || part === name;
}

function withoutValue(any: JsonObject): JsonObject {
  return { '@type': any['@type'], value: REDACTED };
}

function withoutPathInAny(any: JsonObject, path: readonly string[]): JsonObject {
  const { '@type': type, value } = any;
  const name = typeof type === 'string' ? typeNameOfUrl(type) : '';
  if (value === undefined) return withoutPath(any, path) as JsonObject;
  if (OPEN_VALUES.test(name)) return { ...any, value: withoutPath(value, path) };
  // The bytes of an unknown type may contain the field that the path names.
  return Object.keys(any).length === 2 && typeof value === 'string' && isBase64(value)
    ? withoutValue(any)
    : (withoutPath(any, path) as JsonObject);
}

/** For a list, the path applies to each entry. */
function withoutPath(value: JsonValue, [part, ...rest]: readonly string[]): JsonValue {
  if (part === undefined) return REDACTED;
  if (Array.isArray(value)) return value.map((one) => withoutPath(one, [part, ...rest]));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, JsonValue] => {
    const isMeant = key !== '@type' && (part === ANY_PART || part === key);
    return [key, isMeant ? withoutPath(inner as JsonValue, rest) : (inner as JsonValue)];
  });
  return Object.fromEntries(entries);
}
