import { valueError } from '../errors/raised.ts';

/** Half a character; encodeURIComponent throws on it. */
const LONE_SURROGATE = /\p{Surrogate}/gu;
/** What encodeURIComponent leaves alone although RFC 3986 reserves it. */
const RESERVED = /[!'()*]/g;

/** Percent-encodes everything but letters, digits and `-_.~`; a space is `%20`. */
export function urlEncode(text: string): string {
  return encodeURIComponent(text.replaceAll(LONE_SURROGATE, '\ufffd')).replaceAll(
    RESERVED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The same with a space as `+`. */
export function urlEncodePlus(text: string): string {
  return urlEncode(text).replaceAll('%20', '+');
}

/** Undoes both. @throws ValueError for malformed sequences */
export function urlDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw valueError(`malformed URL encoding: '${text}'`);
  }
}
