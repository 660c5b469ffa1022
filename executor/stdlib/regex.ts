import { type Matcher, RE2JS, RE2JSException } from 're2js';
import { Fatal } from '../errors/fatal.ts';
import { valueError } from '../errors/raised.ts';
import { LIMITS } from '../limits.ts';
import { characterIndexes } from '../values/characters.ts';
import { checkLength } from '../values/size.ts';
import type { Value } from '../values/value.ts';
import { textArgument } from './arguments.ts';
import { type LibraryFunction, pure } from './function.ts';

/** Matches between two looks at the time that a search has taken. */
const MATCHES_PER_LOOK = 64;

/** The regular expressions of `text`: RE2 syntax, of several matches at one place the longest. */
export const regexFunctions: readonly LibraryFunction[] = [
  pure('text.match_regex', ['source', 'regexp'], ([source, regexp]) => {
    // Unlike a search for the place of a match, this is fast for every expression.
    return compile(regexp).test(textArgument('source', source));
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
  const found: Value[] = [];
  const characterIndex = characterIndexes(source);
  for (const matcher of matches(source, expression)) {
    const entry: [string, Value][] = [
      ['index', BigInt(characterIndex(matcher.start()))],
      ['match', matcher.group() ?? ''],
    ];
    found.push(new Map(entry));
  }
  return found;
}

/** The replacement is plain text: back-references are not supported ("Function: text.replace_all_regex"). */
function replaceAll(source: string, expression: RE2JS, replacement: string): string {
  let text = '';
  let end = 0;
  for (const matcher of matches(source, expression)) {
    text += source.slice(end, matcher.start()) + replacement;
    checkLength(text.length);
    end = matcher.end();
  }
  return text + source.slice(end);
}

/** Stops at each match. @throws Fatal for an expression that would keep the process from everything else */
function* matches(source: string, expression: RE2JS): Iterable<Matcher> {
  if (expression.programSize() * source.length > LIMITS.regexWork) throw tooMuchWork(expression);
  // Time of the processor, because a busy machine is not the fault of the workflow.
  const begin = process.cpuUsage();
  const matcher = expression.matcher(source);
  for (let count = 1; matcher.find(); count++) {
    yield matcher;
    if (count % MATCHES_PER_LOOK > 0) continue;
    const { user, system } = process.cpuUsage(begin);
    if ((user + system) / 1000 > LIMITS.regexMs) throw tooMuchWork(expression);
  }
}

function tooMuchWork(expression: RE2JS): Fatal {
  return new Fatal(
    `the regular expression '${expression.pattern()}' takes too long on a text of this length`,
  );
}
