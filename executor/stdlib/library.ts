import { FunctionReference, type Value } from '../values/value.ts';
import { base64Functions } from './base64.ts';
import { eventFunctions } from './events.ts';
import { executionFunctions } from './executions.ts';
import type { LibraryFunction } from './function.ts';
import { hashFunctions } from './hash.ts';
import { helperFunctions } from './helpers.ts';
import { httpFunctions } from './http.ts';
import { jsonFunctions } from './json.ts';
import { listFunctions } from './list.ts';
import { mapFunctions } from './map.ts';
import { mathFunctions } from './math.ts';
import { regexFunctions } from './regex.ts';
import { retryFunctions, retryValues } from './retry.ts';
import { sysFunctions } from './sys.ts';
import { textFunctions } from './text.ts';
import { timeFunctions } from './time.ts';
import { uuidFunctions } from './uuid.ts';

const FUNCTIONS: ReadonlyMap<string, LibraryFunction> = new Map(
  [
    helperFunctions,
    mapFunctions,
    listFunctions,
    textFunctions,
    regexFunctions,
    jsonFunctions,
    base64Functions,
    hashFunctions,
    mathFunctions,
    timeFunctions,
    uuidFunctions,
    sysFunctions,
    retryFunctions,
    httpFunctions,
    eventFunctions,
    executionFunctions,
  ]
    .flat()
    .map((fn) => [fn.name, fn]),
);

/** The function of that name in the standard library. */
export function libraryFunction(name: string): LibraryFunction | undefined {
  return FUNCTIONS.get(name);
}

/** What a name stands for in an expression when it is not called: a policy, or a reference to a function. */
export function libraryValue(name: string): Value | undefined {
  const value = retryValues.get(name);
  if (value !== undefined) return value;
  return FUNCTIONS.get(name)?.kind === 'pure' ? new FunctionReference(name) : undefined;
}

/** Every name in the library, for suggestions. */
export function libraryNames(): Iterable<string> {
  return FUNCTIONS.keys();
}
