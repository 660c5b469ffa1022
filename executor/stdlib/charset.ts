import { TextDecoder } from 'node:util';
import { valueError } from '../errors/raised.ts';

/** Node's names of the character sets that it can also write. */
const ENCODINGS: ReadonlyMap<string, BufferEncoding> = new Map([
  ['utf8', 'utf8'],
  ['utf16', 'utf16le'],
  ['utf16le', 'utf16le'],
  ['ascii', 'ascii'],
  ['usascii', 'ascii'],
  ['latin1', 'latin1'],
  ['iso88591', 'latin1'],
]);

/** Bytes of a text, UTF-8 unless told otherwise. @throws ValueError for an unknown character set */
export function encodeText(text: string, charset = 'UTF-8'): Uint8Array {
  const encoding = ENCODINGS.get(charset.toLowerCase().replaceAll(/[-_ ]/g, ''));
  if (encoding === undefined) throw valueError(`unknown charset '${charset}'`);
  return Buffer.from(text, encoding);
}

/** Text of bytes. @throws ValueError for an unknown character set, or bytes that are none of its text */
export function decodeText(bytes: Uint8Array, charset = 'UTF-8'): string {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  } catch {
    throw valueError(`unknown charset '${charset}'`);
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw valueError(`the bytes are not valid ${charset} text`);
  }
}
