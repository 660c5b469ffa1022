import { InvalidInput, startOf } from '../orchestrator/ports/failure.ts';

/** The query parameters of a call, by their lowerCamelCase names: those of the method, and the system parameters. */
export type Query = ReadonlyMap<string, string>;

/**
 * The system parameters of every Google API (https://cloud.google.com/apis/docs/system-parameters). Client libraries send them.
 * Those that have an effect here are read in http-answer.ts.
 */
const SYSTEM = [
  '$alt',
  'alt',
  '$fields',
  'fields',
  '$prettyPrint',
  'prettyPrint',
  '$.xgafv',
  '$apiVersion',
  '$userProject',
  'access_token',
  'callback',
  'key',
  'oauth_token',
  'quotaUser',
  'uploadType',
  'upload_protocol',
  'userProject',
];

const NO_PARAMETERS: Query = new Map();

const MAX_ECHO = 64;

/** @throws InvalidInput for a parameter that is unknown, or is given twice */
export function parseQuery(search: string, parameters: readonly string[]): Query {
  if (search === '') return NO_PARAMETERS;
  const query = new Map<string, string>();
  requireUtf8(search);
  for (const [given, value] of new URLSearchParams(search)) {
    const name = SYSTEM.includes(given) ? given : camelCase(given);
    const field = startOf(given, MAX_ECHO);
    if (!SYSTEM.includes(name) && !parameters.includes(name)) {
      throw new InvalidInput(field, 'is not a query parameter of this method');
    }
    if (query.has(name)) throw new InvalidInput(field, 'is given more than once');
    query.set(name, value);
  }
  return query;
}

/** URLSearchParams replaces invalid UTF-8 with U+FFFD, so two different texts could become the same. */
function requireUtf8(search: string): void {
  for (const parameter of search.replace(/^\?/, '').split('&')) {
    try {
      decodeURIComponent(parameter.replace(/%(?![0-9a-f]{2})/gi, '%25'));
    } catch {
      const [name = ''] = parameter.split('=');
      throw new InvalidInput(startOf(name, MAX_ECHO), 'must be percent-encoded UTF-8');
    }
  }
}

/** proto3 JSON accepts both names of a field. */
function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const INT32 = /^-?\d{1,10}$/;
const MAX_INT32 = 2 ** 31 - 1;

/** Returns undefined if the parameter is absent or empty. */
export function int32Parameter(query: Query, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  const value = INT32.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value) || Math.abs(value) > MAX_INT32)
    throw new InvalidInput(name, 'must be a 32-bit integer');
  return value;
}

export function booleanParameter(query: Query, name: string): boolean | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  if (text !== 'true' && text !== 'false') throw new InvalidInput(name, 'must be true or false');
  return text === 'true';
}
