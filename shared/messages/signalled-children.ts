/** The children of a wait as a RESUME signal lists them. */
import type { SignalledChild, SignalledChildren } from '../orchestrator/ports/publisher.ts';
import { anyToJson } from './json.ts';
import { jsonSize } from './json-bytes.ts';
import type { JsonObject } from './json-value.ts';
import { SIGNAL_CHILDREN_LIMIT } from './limits.ts';
import { statusToJson } from './operation.ts';

/**
 * Lists every child with its outcome, in the order of the wait, and with its result as long as the results fit into the
 * limit. A result that does not fit is left out, and later ones that fit are still included.
 */
export function signalledChildrenToJson({ counts, first, truncated }: SignalledChildren): JsonObject {
  const named = first.map(childToJson);
  let room = SIGNAL_CHILDREN_LIMIT - jsonSize(named);
  let isTruncated = truncated;
  first.forEach((child, index) => {
    const result = resultToJson(child);
    if (!result) return;
    // An upper bound: in its child the result needs a comma instead of its two braces.
    const size = jsonSize(result);
    if (size > room) {
      isTruncated = true;
      return;
    }
    room -= size;
    Object.assign(named[index] as JsonObject, result);
  });
  return { counts, first: named, truncated: isTruncated || undefined };
}

function childToJson({ name, outcome, key }: SignalledChild): JsonObject {
  return { name, outcome, key: key || undefined, response: undefined, error: undefined };
}

function resultToJson({ response, error }: SignalledChild): JsonObject | undefined {
  if (response) return { response: anyToJson(response) };
  if (error) return { error: statusToJson(error) };
  return undefined;
}
