import { valueError } from '../errors/raised.ts';
import { characterCount, characterIndexes, characterSlice } from '../values/characters.ts';
import { checkLength } from '../values/size.ts';
import type { Value } from '../values/value.ts';
import { bytesArgument, integerArgument, optionalText, textArgument } from './arguments.ts';
import { decodeText, encodeText } from './charset.ts';
import { type LibraryFunction, pure } from './function.ts';
import { urlDecode, urlEncode, urlEncodePlus } from './url-encoding.ts';

/** The module `text`, but for its regular expressions. */
export const textFunctions: readonly LibraryFunction[] = [
  pure('text.to_lower', ['source'], ([source]) => textArgument('source', source).toLowerCase()),
  pure('text.to_upper', ['source'], ([source]) => textArgument('source', source).toUpperCase()),
  pure('text.split', ['source', 'separator'], ([source, separator]) => {
    return split(textArgument('source', source), textArgument('separator', separator));
  }),
  pure('text.substring', ['source', 'start', 'end'], ([source, start, end]) => {
    return substring(
      textArgument('source', source),
      integerArgument('start', start),
      integerArgument('end', end),
    );
  }),
  pure('text.find_all', ['source', 'substr'], ([source, part]) => {
    return findAll(textArgument('source', source), textArgument('substr', part));
  }),
  pure('text.replace_all', ['source', 'substr', 'repl'], ([source, part, replacement]) => {
    return replaceAll(
      textArgument('source', source),
      textArgument('substr', part),
      textArgument('repl', replacement),
    );
  }),
  pure('text.url_encode', ['source'], ([source]) => urlEncode(textArgument('source', source))),
  pure('text.url_encode_plus', ['source'], ([source]) => urlEncodePlus(textArgument('source', source))),
  pure('text.url_decode', ['source'], ([source]) => urlDecode(textArgument('source', source))),
  pure('text.encode', ['data', 'charset?'], ([data, charset]) => {
    return encodeText(textArgument('data', data), optionalText('charset', charset));
  }),
  pure('text.decode', ['data', 'charset?'], ([data, charset]) => {
    return decodeText(bytesArgument('data', data), optionalText('charset', charset));
  }),
];

/** An empty separator splits into characters. */
function split(source: string, separator: string): Value {
  return separator === '' ? [...source] : source.split(separator);
}

/** The characters from `start` up to, not including, `end`; both are cut to the ends of the text. */
function substring(source: string, start: bigint, end: bigint): string {
  const length = BigInt(characterCount(source));
  const within = (position: bigint) => Number(position < 0n ? 0n : position > length ? length : position);
  return characterSlice(source, within(start), Math.max(within(start), within(end)));
}

/** An empty part is found around every character. */
function replaceAll(source: string, part: string, replacement: string): string {
  let { length } = source;
  if (part === '') {
    checkLength(length + (characterCount(source) + 1) * replacement.length);
    return ['', ...source, ''].join(replacement);
  }
  return source.replaceAll(part, () => {
    length += replacement.length - part.length;
    checkLength(length);
    return replacement;
  });
}

/** The positions at which `part` starts, from the left and not overlapping. */
function findAll(source: string, part: string): Value {
  if (part === '') throw valueError("argument 'substr' must not be empty");
  const found: Value[] = [];
  const characterIndex = characterIndexes(source);
  for (let at = source.indexOf(part); at >= 0; at = source.indexOf(part, at + part.length)) {
    found.push(BigInt(characterIndex(at)));
  }
  return found;
}
