import { ALWAYS, type Condition } from '../../orchestrator/condition.ts';
import { checkedCondition } from './check.ts';
import { parseSyntax } from './parser.ts';
import { filterProblem } from './problem.ts';

/** The longest filter: enough for dozens of names, and short enough for the URL limits of proxies in front of a function. */
const MAX_LENGTH = 4_096;

/**
 * Parses a filter (AIP-160) into a condition. An empty filter matches every operation.
 * @throws InvalidInput with the position of the part that breaks a rule
 */
export function parseFilter(source: string): Condition {
  if (source.length > MAX_LENGTH) throw filterProblem(MAX_LENGTH, `more than ${MAX_LENGTH} characters`);
  const syntax = parseSyntax(source);
  return syntax ? checkedCondition(syntax) : ALWAYS;
}
