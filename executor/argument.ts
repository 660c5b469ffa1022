import { RequestError } from './errors/request-error.ts';
import { LIMITS } from './limits.ts';
import { decodeJson, JsonSyntaxError } from './values/json-decoder.ts';
import type { Value } from './values/value.ts';

/**
 * Reads the argument of an execution; an absent one is null.
 *
 * @throws RequestError INVALID_ARGUMENT for an argument that is not JSON or is larger than the limit
 */
export function readArgument(argument: string | undefined): Value {
  if (argument === undefined || argument === '') return null;
  const bytes = Buffer.byteLength(argument);
  if (bytes > LIMITS.argumentBytes) {
    throw new RequestError(
      'INVALID_ARGUMENT',
      `the argument has ${bytes} bytes; at most ${LIMITS.argumentBytes} are allowed`,
    );
  }
  try {
    return decodeJson(argument);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw new RequestError('INVALID_ARGUMENT', `the argument is not JSON: ${error.message}`);
  }
}
