import { createHash } from 'node:crypto';

/** The namespace of the names, itself a UUID. */
const NAMESPACE = Buffer.from('0b6a4c1ef5a44d0c9a0e6d2f1c3b7a58', 'hex');

/**
 * Derives a UUID (RFC 9562, version 5) from the operation and the name of an effect. A UUID fits services that take any
 * text as an idempotency key, and services whose `requestId` must be a UUID (AIP-155).
 */
export function effectKey(operation: string, effect: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(`${operation}\0${effect}`).digest();
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
