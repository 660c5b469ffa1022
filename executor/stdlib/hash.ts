import { createHash, createHmac } from 'node:crypto';
import { valueError } from '../errors/raised.ts';
import type { Value } from '../values/value.ts';
import { bytesArgument, textArgument } from './arguments.ts';
import { type LibraryFunction, pure } from './function.ts';

const ALGORITHMS: readonly string[] = ['MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'];

/** The module `hash`: bytes in, bytes out. */
export const hashFunctions: readonly LibraryFunction[] = [
  pure('hash.compute_checksum', ['data', 'algorithm'], ([data, algorithm]) => {
    return createHash(algorithmName(algorithm)).update(bytesArgument('data', data)).digest();
  }),
  pure('hash.compute_hmac', ['key', 'data', 'algorithm'], ([key, data, algorithm]) => {
    return createHmac(algorithmName(algorithm), bytesArgument('key', key))
      .update(bytesArgument('data', data))
      .digest();
  }),
];

function algorithmName(value: Value | undefined): string {
  const name = textArgument('algorithm', value);
  if (!ALGORITHMS.includes(name)) {
    throw valueError(`unsupported algorithm '${name}': expected one of ${ALGORITHMS.join(', ')}`);
  }
  return name.toLowerCase();
}
