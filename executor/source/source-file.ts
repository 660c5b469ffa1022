import { isUtf8 } from 'node:buffer';
import { InvalidWorkflowError } from './problem.ts';

/**
 * The text of a file. It has to be UTF-8: gcloud refuses to deploy anything else.
 *
 * @throws InvalidWorkflowError with the place of the first byte that is not UTF-8
 */
export function sourceText(bytes: Buffer): string {
  if (utf16Of(bytes) !== undefined) throw notUtf8('the file is UTF-16: save it as UTF-8', 1, 1);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf('\n'); end >= 0 && isUtf8(bytes.subarray(start, end)); line++) {
    start = end + 1;
    end = bytes.indexOf('\n', start);
  }
  const rest = bytes.subarray(start);
  const before = rest.toString('utf8').split('\ufffd', 1)[0] ?? '';
  const byte = rest[Buffer.byteLength(before)] ?? 0;
  const shown = byte.toString(16).toUpperCase().padStart(2, '0');
  throw notUtf8(`the file is not UTF-8 (byte 0x${shown}): save it as UTF-8`, line, before.length + 1);
}

/** The text of a file of any encoding, to find out what kind of file it is. */
export function roughText(bytes: Buffer): string {
  return new TextDecoder(utf16Of(bytes) ?? 'utf-8').decode(bytes);
}

/** The encoding that the byte order mark at the start of a file says; editors of Windows write it. */
function utf16Of(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return undefined;
}

function notUtf8(message: string, line: number, column: number): InvalidWorkflowError {
  return new InvalidWorkflowError([{ message, position: { line, column } }]);
}
