/**
 * Text is measured in characters (code points) in Workflows ("Expression helpers", `len`), while JavaScript counts
 * UTF-16 units. The two agree unless the text has surrogate pairs.
 */
const SURROGATE = /[\ud800-\udfff]/;

export function characterCount(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The part from character `start` up to, not including, `end`. */
export function characterSlice(text: string, start: number, end: number): string {
  return SURROGATE.test(text) ? [...text].slice(start, end).join('') : text.slice(start, end);
}

/** The character position of a UTF-16 offset. */
export function characterIndex(text: string, offset: number): number {
  return characterCount(text.slice(0, offset));
}
