/**
 * Page tokens of AIP-158: where a list goes on, and a checksum over that and over what was listed.
 *
 * Invariant: a token works for the filter that it was given for and for no other, whatever the page size. It gives no
 * access to anything, so that the key is there to notice mistakes and tampering, not to keep a secret.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isOperationName } from '../lifecycle/operation-name.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { ListPosition } from '../orchestrator/ports/list.ts';

const CHECKSUM_BYTES = 16;
/** Longer than any token that is given out: a name has at most 139 characters. */
const MAX_LENGTH = 512;

export class PageTokens {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  encode({ createTime, name }: ListPosition, filter: string): string {
    const position = Buffer.from(`${createTime}/${name}`);
    return Buffer.concat([this.#checksum(position, filter), position]).toString('base64url');
  }

  /** An InvalidInput for a token that was not given out for this filter. */
  decode(token: string, filter: string): ListPosition {
    const refused = new InvalidInput('pageToken', 'is not one that was given out for this filter');
    if (token.length > MAX_LENGTH) throw refused;
    const bytes = Buffer.from(token, 'base64url');
    // Node skips characters that base64url does not have: such a token was tampered with all the same.
    if (bytes.toString('base64url') !== token || bytes.length <= CHECKSUM_BYTES) throw refused;
    const position = bytes.subarray(CHECKSUM_BYTES);
    const checksum = bytes.subarray(0, CHECKSUM_BYTES);
    if (!timingSafeEqual(checksum, this.#checksum(position, filter))) throw refused;
    const decoded = decodePosition(position);
    if (!decoded) throw refused;
    return decoded;
  }

  #checksum(position: Buffer, filter: string): Buffer {
    // The lengths keep the two apart.
    const hmac = createHmac('sha256', this.#key).update(`${position.length}:`).update(position);
    return hmac.update(filter).digest().subarray(0, CHECKSUM_BYTES);
  }
}

function decodePosition(position: Buffer): ListPosition | undefined {
  const [, digits, name] = /^(-?\d{1,16})\/(.+)$/s.exec(position.toString()) ?? [];
  return digits && name && isOperationName(name) ? { createTime: Number(digits), name } : undefined;
}
