/** An escape sequence: a backslash with an octal, hexadecimal or Unicode code, or with one character. */
const ESCAPE =
  /\\(?:([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U(000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4})|(.))/gs;

const NON_PRINTING: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/**
 * Returns the text that a string literal of a filter means. `literal` is the part between the quotes.
 * https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax
 */
export function unescaped(quoted: string): string {
  return quoted.replace(
    ESCAPE,
    (_, octal?: string, hex?: string, short?: string, long?: string, one = '') => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      const code = hex ?? short ?? long;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return NON_PRINTING.get(one) ?? one;
    },
  );
}
