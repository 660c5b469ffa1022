/**
 * Page tokens (AIP-158): the position at which a list continues, and a signature over the position and the filter.
 *
 * Invariant: a token is valid only for the filter of the list that returned it, with any page size. A token gives no access to
 * data: the key serves to detect mistakes and tampering, not to protect a secret.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { isOperationName } from '../lifecycle/operation-name.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import type { ListPosition } from '../orchestrator/ports/list.ts';

const CHECKSUM_BYTES = 16;
/** Longer than any valid token: a name has at most 139 characters. */
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

  /** @throws InvalidInput for a token that no list with this filter has returned */
  decode(token: string, filter: string): ListPosition {
    const refused = new InvalidInput('pageToken', 'must be a token that a list with this filter returned');
    if (token.length > MAX_LENGTH) throw refused;
    const bytes = Buffer.from(token, 'base64url');
    // Node ignores characters that are not base64url, so the token is compared with its normal form.
    if (bytes.toString('base64url') !== token || bytes.length <= CHECKSUM_BYTES) throw refused;
    const position = bytes.subarray(CHECKSUM_BYTES);
    const checksum = bytes.subarray(0, CHECKSUM_BYTES);
    if (!timingSafeEqual(checksum, this.#checksum(position, filter))) throw refused;
    const decoded = decodePosition(position);
    if (!decoded) throw refused;
    return decoded;
  }

  #checksum(position: Buffer, filter: string): Buffer {
    // The length makes clear where the position ends and the filter begins.
    const hmac = createHmac('sha256', this.#key).update(`${position.length}:`).update(position);
    return hmac.update(filter).digest().subarray(0, CHECKSUM_BYTES);
  }
}

function decodePosition(position: Buffer): ListPosition | undefined {
  const [, digits, name] = /^(-?\d{1,16})\/(.+)$/s.exec(position.toString()) ?? [];
  return digits && name && isOperationName(name) ? { createTime: Number(digits), name } : undefined;
}
