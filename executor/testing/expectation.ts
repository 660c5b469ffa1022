import { contains } from '../calls/mocks.ts';
import { type CallRecord, reachesOut } from '../calls/outgoing-call.ts';
import type { Position } from '../source/problem.ts';
import type { SourceNode } from '../source/source-node.ts';
import { decodeJson } from '../values/json-decoder.ts';
import { encodeJson } from '../values/json-encoder.ts';
import { equals, isList, isMap, type Value, type ValueMap } from '../values/value.ts';
import type { Observation } from './execute.ts';
import type { Expectation, ExpectedCall, ExpectedCalls } from './test-file.ts';

/** A difference between a run and its test, with the place of the expectation. */
export interface Deviation {
  readonly message: string;
  readonly position: Position;
}

/** Compares a run with its expectation. Returns nothing if they agree. */
export function deviations(expected: Expectation, observed: Observation): Deviation[] {
  const found = [...outcome(expected, observed)];
  if (expected.calls !== undefined) found.push(...callDeviations(expected.calls, observed.calls));
  const { maxSteps, maxSeconds, position } = expected;
  if (maxSteps !== undefined && observed.steps > maxSteps) {
    found.push({ message: `maxSteps: expected at most ${maxSteps} steps, got ${observed.steps}`, position });
  }
  if (maxSeconds !== undefined && observed.seconds > maxSeconds) {
    found.push({ message: `maxTime: expected at most ${maxSeconds} s, got ${observed.seconds} s`, position });
  }
  return found;
}

function* outcome({ result, error, position }: Expectation, observed: Observation): Iterable<Deviation> {
  if (error === undefined) {
    if (observed.error !== undefined) {
      const { payload, stackTrace } = observed.error;
      const [at] = stackTrace;
      const where = at === undefined ? '' : ` (raised at line ${at.line}, step ${at.step})`;
      yield {
        message: `expected ${result === undefined ? 'no error' : 'a result'}, got the error ${payload}${where}`,
        position,
      };
    } else if (result !== undefined) {
      yield* differences(result.node, result.value, decodeJson(observed.result ?? 'null'), 'result', false);
    }
    return;
  }
  if (observed.error === undefined) {
    yield { message: `expected an error, got the result ${observed.result}`, position: error.node.position };
    return;
  }
  const raised = decodeJson(observed.error.payload);
  // An expected text matches if the raised text, or the `message` of the raised map, contains it.
  const message = isMap(raised) ? raised.get('message') : raised;
  if (typeof error.value === 'string' && typeof message === 'string' && message.includes(error.value)) return;
  yield* differences(error.node, error.value, raised, 'error', true);
}

/** @param partly whether maps may have more keys, and lists more elements, than expected */
function* differences(
  node: SourceNode,
  expected: Value,
  actual: Value,
  path: string,
  partly: boolean,
): Iterable<Deviation> {
  if (node.kind === 'map' && isMap(expected) && isMap(actual)) {
    for (const { key, value, position } of node.entries) {
      const found = actual.get(key);
      if (found === undefined) yield { message: `${path}.${key} is missing: got ${shown(actual)}`, position };
      else yield* differences(value, expected.get(key) ?? null, found, `${path}.${key}`, partly);
    }
    const more = partly ? [] : [...actual.keys()].filter((key) => !expected.has(key));
    if (more.length > 0)
      yield { message: `${path} has also ${more.join(', ')}: got ${shown(actual)}`, position: node.position };
    return;
  }
  if (partly && isList(expected) && isList(actual)) {
    for (const [at, item] of expected.entries()) {
      if (actual.some((other) => contains(other, item))) continue;
      const place = node.kind === 'list' ? (node.items[at] ?? node) : node;
      yield { message: `${path}: expected ${shown(item)} among ${shown(actual)}`, position: place.position };
    }
    return;
  }
  if (node.kind === 'list' && isList(expected) && isList(actual) && expected.length === actual.length) {
    for (const [at, item] of node.items.entries()) {
      yield* differences(item, expected[at] ?? null, actual[at] ?? null, `${path}[${at}]`, partly);
    }
    return;
  }
  if (equals(expected, actual)) return;
  yield { message: `${path}: expected ${shown(expected)}, got ${shown(actual)}`, position: node.position };
}

function* callDeviations(expected: ExpectedCalls, records: readonly CallRecord[]): Iterable<Deviation> {
  const { position } = expected;
  switch (expected.kind) {
    case 'total': {
      const made = records.filter(reachesOut).length;
      if (made !== expected.total)
        yield { message: `calls: expected ${expected.total}, got ${made}`, position };
      return;
    }
    case 'counts':
      for (const [call, count] of expected.counts) {
        const made = records.filter((record) => record.call === call).length;
        if (made !== count) yield { message: `calls: expected ${count} of ${call}, got ${made}`, position };
      }
      return;
    case 'list':
      yield* sequenceDeviations(expected.calls, records, position);
  }
}

/** The calls in order. Calls of functions that no entry names count only where they reach other services. */
function* sequenceDeviations(
  expected: readonly ExpectedCall[],
  records: readonly CallRecord[],
  end: Position,
): Iterable<Deviation> {
  const named = new Set(expected.map(({ call }) => call));
  const made = records.filter((record) => named.has(record.call) || reachesOut(record));
  let at = 0;
  for (const { call, args, times, position } of expected) {
    for (let time = 1; time <= times; time++, at++) {
      const record = made[at];
      const what = `calls: call ${at + 1} is expected to be ${call}${args === undefined ? '' : ` with ${shown(args)}`}`;
      if (record === undefined) {
        yield { message: `${what}, got no more calls`, position };
        return;
      }
      if (record.call !== call || (args !== undefined && !contains(record.args, args))) {
        yield {
          message: `${what}, got ${record.call} with ${shown(withoutAuth(record.args))} at line ${record.line}`,
          position,
        };
        return;
      }
    }
  }
  const more = made.slice(at);
  if (more.length > 0) {
    yield {
      message: `calls: got ${more.length} more than expected, first ${more[0]?.call} at line ${more[0]?.line}`,
      position: end,
    };
  }
}

function withoutAuth(args: ValueMap): ValueMap {
  return new Map([...args].filter(([key]) => key !== 'auth'));
}

function shown(value: Value): string {
  let text: string;
  try {
    text = encodeJson(value);
  } catch {
    text = 'a value that is not JSON';
  }
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
