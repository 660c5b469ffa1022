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

/**
 * Returns a function that gives the character position of a UTF-16 offset. It counts on from the offset of its last call, so the
 * offsets must ascend.
 */
export function characterIndexes(text: string): (offset: number) => number {
  if (!SURROGATE.test(text)) return (offset) => offset;
  let counted = 0;
  let characters = 0;
  return (offset) => {
    characters += characterCount(text.slice(counted, offset));
    counted = offset;
    return characters;
  };
}
