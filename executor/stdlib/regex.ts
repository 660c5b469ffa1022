import { RE2JS, RE2JSException } from 're2js';
import { valueError } from '../errors/raised.ts';
import { characterIndex } from '../values/characters.ts';
import type { Value } from '../values/value.ts';
import { textArgument } from './arguments.ts';
import { type LibraryFunction, pure } from './function.ts';

/** The regular expressions of `text`: RE2 syntax, of several matches at one place the longest. */
export const regexFunctions: readonly LibraryFunction[] = [
  pure('text.match_regex', ['source', 'regexp'], ([source, regexp]) => {
    return compile(regexp).matcher(textArgument('source', source)).find();
  }),
  pure('text.find_all_regex', ['source', 'regexp'], ([source, regexp]) => {
    return findAll(textArgument('source', source), compile(regexp));
  }),
  pure('text.replace_all_regex', ['source', 'regexp', 'repl'], ([source, regexp, replacement]) => {
    return replaceAll(textArgument('source', source), compile(regexp), textArgument('repl', replacement));
  }),
];

/** @throws TypeError, or ValueError for an invalid expression */
function compile(regexp: Value | undefined): RE2JS {
  const source = textArgument('regexp', regexp);
  try {
    return RE2JS.compile(source, RE2JS.LONGEST_MATCH);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw valueError(`invalid regular expression '${source}': ${error.message}`);
  }
}

function findAll(source: string, expression: RE2JS): Value {
  const matcher = expression.matcher(source);
  const found: Value[] = [];
  while (matcher.find()) {
    const entry: [string, Value][] = [
      ['index', BigInt(characterIndex(source, matcher.start()))],
      ['match', matcher.group() ?? ''],
    ];
    found.push(new Map(entry));
  }
  return found;
}

/** The replacement is plain text: back-references are not supported ("Function: text.replace_all_regex"). */
function replaceAll(source: string, expression: RE2JS, replacement: string): string {
  const matcher = expression.matcher(source);
  let text = '';
  let end = 0;
  while (matcher.find()) {
    text += source.slice(end, matcher.start()) + replacement;
    end = matcher.end();
  }
  return text + source.slice(end);
}
