import { FunctionReference, isList, isMap, isNumeric, type Value, type ValueMap } from '../values/value.ts';
import { type LibraryFunction, pure } from './function.ts';

const CONNECTION_TAGS = ['ConnectionError', 'ConnectionFailedError', 'TimeoutError'];

/** The predicates of `http` and `retry`, which take the raised value ("Retry steps" and the pages of their names). */
export const retryFunctions: readonly LibraryFunction[] = [
  pure('retry.always', ['exception'], () => true),
  pure('retry.never', ['exception'], () => false),
  pure('http.default_retry_predicate', ['exception'], ([error = null]) => isRetriable(error, true)),
  pure('http.default_retry_predicate_non_idempotent', ['exception'], ([error = null]) => {
    return isRetriable(error, false);
  }),
];

/** Whether the default policies make a call again after this error. 500 is in neither. */
export function isRetriable(error: Value, idempotent: boolean): boolean {
  return idempotent
    ? hasCode(error, [429, 502, 503, 504]) || hasTag(error, CONNECTION_TAGS)
    : hasCode(error, [429, 503]) || hasTag(error, ['ConnectionFailedError']);
}

/** Seconds; the multiplier is 1.25 on one Google page and 2 on another. */
const DEFAULT_BACKOFF: ValueMap = new Map<string, Value>([
  ['initial_delay', 1],
  ['max_delay', 60],
  ['multiplier', 1.25],
]);

/** The policies, which are values and not functions. */
export const retryValues: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['retry.default_backoff', DEFAULT_BACKOFF],
  ['http.default_retry', policy('http.default_retry_predicate')],
  ['http.default_retry_non_idempotent', policy('http.default_retry_predicate_non_idempotent')],
]);

function policy(predicate: string): ValueMap {
  return new Map<string, Value>([
    ['predicate', new FunctionReference(predicate)],
    ['max_retries', 5n],
    ['backoff', DEFAULT_BACKOFF],
  ]);
}

function hasCode(error: Value, codes: readonly number[]): boolean {
  const code = isMap(error) ? (error.get('code') ?? null) : null;
  return isNumeric(code) && codes.includes(Number(code));
}

function hasTag(error: Value, tags: readonly string[]): boolean {
  const found = isMap(error) ? (error.get('tags') ?? null) : null;
  return isList(found) && found.some((tag) => typeof tag === 'string' && tags.includes(tag));
}
