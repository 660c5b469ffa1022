/** Rules for text from outside: Pub/Sub messages, HTTP and gRPC. */
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { requireAtMost } from './limits.ts';

/** With the flag `u` a surrogate pair is one character: only a lone surrogate matches. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** A lone surrogate cannot be encoded in UTF-8. It would become U+FFFD, so that two different texts become the same. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** Replaces each lone surrogate with U+FFFD. */
export function toWellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

export function requireWellFormed(field: string, text: string): void {
  if (!isWellFormed(text)) {
    throw new InvalidInput(field, 'must be well-formed Unicode, without half of a surrogate pair');
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to refuse
const CONTROL = /[\u0000-\u001f\u007f]/;
/** CONTROL or LONE_SURROGATE: one search for text that has neither, which nearly every text is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const NOT_PLAIN = /[\u0000-\u001f\u007f]|\p{Surrogate}/u;

/**
 * Refuses text that is too long or malformed, or has characters that would break out of an attribute, a header or a log
 * line.
 */
export function requirePlainText(field: string, text: string, maxLength: number): void {
  requireAtMost(field, text.length, maxLength, 'characters');
  if (text === '' || !NOT_PLAIN.test(text)) return;
  if (CONTROL.test(text)) throw new InvalidInput(field, 'must have no control characters');
  requireWellFormed(field, text);
}

const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Base64 of either alphabet, padded or not, as proto3 JSON accepts it for bytes. */
export function isBase64(text: string): boolean {
  return BASE64.test(text) && text.replace(/=+$/, '').length % 4 !== 1;
}
