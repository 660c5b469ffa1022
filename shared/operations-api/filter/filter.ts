import { ALWAYS, type Condition } from '../../orchestrator/condition.ts';
import { checkedCondition } from './check.ts';
import { parseSyntax } from './parser.ts';
import { filterProblem } from './problem.ts';

/** Room for dozens of names; a URL with it still passes the proxies before a function. */
const MAX_LENGTH = 4_096;

/**
 * The condition that a filter of AIP-160 stands for; an empty one is true of every operation. An InvalidInput that gives
 * the position of what it refuses.
 */
export function parseFilter(source: string): Condition {
  if (source.length > MAX_LENGTH) throw filterProblem(MAX_LENGTH, `more than ${MAX_LENGTH} characters`);
  const syntax = parseSyntax(source);
  return syntax ? checkedCondition(syntax) : ALWAYS;
}
