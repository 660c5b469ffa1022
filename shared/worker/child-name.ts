import { createHash } from 'node:crypto';
import { OperationError } from '../client/operation-error.ts';

const MAX_LENGTH = 128;
/** 128 bits, in hexadecimal. */
const HASH_LENGTH = 32;
const KEY = /^[A-Za-z0-9._~-]+$/;

/**
 * The id of a child: `{parent}.{wait}.{key or index}`. It is the same in every try of the step that spawns it, and new in
 * every wait. An id of more than 128 characters is cut, and ends in a hash of the whole id.
 */
export function childId(parent: string, wait: number, key: string | number): string {
  const id = `${parent.slice('operations/'.length)}.${wait}.${key}`;
  if (id.length <= MAX_LENGTH) return id;
  const hash = createHash('sha256').update(id).digest('hex').slice(0, HASH_LENGTH);
  return `${id.slice(0, MAX_LENGTH - HASH_LENGTH - 1)}~${hash}`;
}

/** @throws OperationError INVALID_ARGUMENT that names the field, if the key has other characters than an id may have */
export function requireKey(key: string, field: string): void {
  if (KEY.test(key)) return;
  throw new OperationError(
    'INVALID_ARGUMENT',
    `${field}: must be of the characters A-Z a-z 0-9 . _ ~ -, and is ${JSON.stringify(key)}`,
  );
}
