import { callableHint } from '../checks/callable-hint.ts';
import { readDocument } from '../source/document.ts';
import { Fields } from '../source/fields.ts';
import { type Position, Problems } from '../source/problem.ts';
import type { SourceNode } from '../source/source-node.ts';
import { didYouMean } from '../source/suggestion.ts';
import { isMap, isNumeric, type Value } from '../values/value.ts';
import { CallableNames } from './callable-names.ts';
import type { Mock } from './mock.ts';

const FIELDS = ['call', 'args', 'result', 'raise', 'times', 'delay'];

/**
 * Reads a file of mocks: a YAML list of `{call, args, result or raise, times, delay}`.
 *
 * @param callable the subworkflows that may be mocked too
 * @throws InvalidWorkflowError with every mistake and its place
 */
export function readMockFile(text: string, file: string, callable: readonly string[] | undefined): Mock[] {
  const problems = new Problems();
  const mocks = readMocks(readDocument(text), file, callable, problems);
  problems.throwIfFound();
  return mocks;
}

/**
 * Reads a list of mocks that is part of a file.
 *
 * @param callable the subworkflows that may be mocked; undefined where they are not known yet and names are not checked
 */
export function readMocks(
  node: SourceNode,
  file: string,
  callable: readonly string[] | undefined,
  problems: Problems,
): Mock[] {
  if (node.kind === 'scalar' && node.value === null) return [];
  if (node.kind !== 'list') {
    problems.add(`mocks are a list of maps with ${FIELDS.join(', ')}`, node.position);
    return [];
  }
  const names = callable && new CallableNames(callable);
  return node.items.flatMap((item) => readMock(item, file, names, problems) ?? []);
}

function readMock(
  node: SourceNode,
  file: string,
  names: CallableNames | undefined,
  problems: Problems,
): Mock | undefined {
  const fields = Fields.of(node, 'a mock', problems);
  if (fields === undefined) return undefined;
  fields.allow(FIELDS, 'the mock');
  const call = fields.text('call');
  if (call === undefined) {
    if (!fields.has('call')) problems.add("a mock needs 'call', the name of what it answers", node.position);
    return undefined;
  }
  if (names !== undefined) checkCallable(call, names, fields.positionOf('call'), problems);
  if (fields.has('result') && fields.has('raise')) {
    problems.add("a mock has either 'result' or 'raise'", fields.positionOf('raise'));
  }
  const args = fields.get('args');
  const argsValue = args && nodeValue(args);
  if (args !== undefined && (argsValue === undefined || !isMap(argsValue))) {
    problems.add("'args' must be a map of argument names", args.position);
  }
  const raised = fields.get('raise');
  const result = fields.get('result');
  const times = count(fields, problems);
  const delay = seconds(fields, problems);
  return {
    call,
    ...(argsValue !== undefined && isMap(argsValue) && { args: argsValue }),
    answer: raised
      ? { kind: 'raise', value: nodeValue(raised) }
      : { kind: 'result', value: result ? nodeValue(result) : null },
    ...(times !== undefined && { times }),
    ...(delay !== undefined && { delayMs: delay * 1000 }),
    place: `${file}:${node.position.line}`,
  };
}

/** Reports names that do not exist, and functions that cannot be mocked. */
function checkCallable(call: string, names: CallableNames, position: Position, problems: Problems): void {
  switch (names.kindOf(call)) {
    case 'callable':
      return;
    case 'pure':
      problems.add(`'${call}' can't be mocked: it calls nothing outside of the workflow`, position);
      return;
    case 'unknown connector':
      problems.add(`unknown connector '${call}'${names.connectorHint(call)}`, position);
      return;
    case 'unknown': {
      const hint = didYouMean(call, names.routines) || callableHint(call, names.routines);
      problems.add(`'${call}' is not a function, connector or subworkflow${hint}`, position);
    }
  }
}

function count(fields: Fields, problems: Problems): number | undefined {
  const node = fields.get('times');
  if (node === undefined) return undefined;
  if (node.kind === 'scalar' && typeof node.value === 'bigint' && node.value >= 1n) return Number(node.value);
  problems.add("'times' must be a whole number of at least 1", node.position);
  return undefined;
}

function seconds(fields: Fields, problems: Problems): number | undefined {
  const node = fields.get('delay');
  if (node === undefined) return undefined;
  const value = nodeValue(node);
  if (isNumeric(value) && Number(value) >= 0) return Number(value);
  problems.add("'delay' must be a number of seconds, of at least 0", node.position);
  return undefined;
}

/** Returns the value of a part of the file. It contains no expressions. */
export function nodeValue(node: SourceNode): Value {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(nodeValue);
    case 'map':
      return new Map(node.entries.map(({ key, value }) => [key, nodeValue(value)]));
  }
}
