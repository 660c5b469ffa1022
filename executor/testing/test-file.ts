import { dirname, isAbsolute, join } from 'node:path';
import type { Mock } from '../calls/mock.ts';
import { nodeValue, readMocks } from '../calls/mock-file.ts';
import { WORKFLOW_ID } from '../deployments.ts';
import { readDocument } from '../source/document.ts';
import { Fields } from '../source/fields.ts';
import { type Position, Problems } from '../source/problem.ts';
import type { SourceNode } from '../source/source-node.ts';
import { isMap, type Value, type ValueMap } from '../values/value.ts';

/** A `*.workflow.test.yaml` file: a workflow file, and what is expected of it. */
export interface TestFile {
  readonly file: string;
  /** The path of the workflow file; in the test file it is relative to that file. */
  readonly workflow: string;
  readonly workflowPosition: Position;
  /** Other workflows that `executions.run` finds, by id. */
  readonly deploy: ReadonlyMap<string, OtherWorkflow>;
  /** Mocks for all tests. Each has to be used by one of the tests. */
  readonly mocks: readonly Mock[];
  readonly tests: readonly WorkflowTest[];
}

/** A workflow that the tested one runs. */
export interface OtherWorkflow {
  readonly path: string;
  readonly position: Position;
}

export interface WorkflowTest {
  readonly name: string;
  readonly position: Position;
  /** JSON-like; undefined passes no argument. */
  readonly args?: Value;
  readonly env: Readonly<Record<string, string>>;
  /** Those of this test alone. */
  readonly mocks: readonly Mock[];
  readonly expect: Expectation;
}

export interface Expectation {
  readonly result?: Located;
  readonly error?: Located;
  readonly calls?: ExpectedCalls;
  readonly maxSteps?: number;
  /** In time of the executor's clock. */
  readonly maxSeconds?: number;
  readonly position: Position;
}

/** An expected value, with the place of every part of it. */
export interface Located {
  readonly node: SourceNode;
  readonly value: Value;
}

/** Which calls are made: the list of them in order, or how often each function is called. */
export type ExpectedCalls =
  | { readonly kind: 'list'; readonly calls: readonly ExpectedCall[]; readonly position: Position }
  | { readonly kind: 'counts'; readonly counts: ReadonlyMap<string, number>; readonly position: Position }
  | { readonly kind: 'total'; readonly total: number; readonly position: Position };

export interface ExpectedCall {
  readonly call: string;
  readonly args?: ValueMap;
  readonly times: number;
  readonly position: Position;
}

const FILE_FIELDS = ['workflow', 'deploy', 'mocks', 'tests'];
const TEST_FIELDS = ['name', 'args', 'env', 'mocks', 'expect'];
const EXPECT_FIELDS = ['result', 'error', 'calls', 'maxSteps', 'maxTime'];
const CALL_FIELDS = ['call', 'args', 'times'];

/** @throws InvalidWorkflowError with every mistake and its place */
export function readTestFile(text: string, file: string): TestFile {
  const problems = new Problems();
  const read = new Reader(file, problems).file(readDocument(text));
  problems.throwIfFound();
  return read as TestFile;
}

class Reader {
  readonly #file: string;
  readonly #problems: Problems;

  constructor(file: string, problems: Problems) {
    this.#file = file;
    this.#problems = problems;
  }

  file(node: SourceNode): TestFile | undefined {
    const fields = Fields.of(node, 'a test file', this.#problems);
    if (fields === undefined) return undefined;
    fields.allow(FILE_FIELDS, 'the test file');
    const workflow = this.#required(fields, 'workflow', 'the path of the workflow file');
    const tests = fields.list('tests') ?? [];
    if (!fields.has('tests')) this.#problems.add("a test file needs 'tests', a list", node.position);
    else if (tests.length === 0) this.#problems.add("'tests' has no tests", fields.positionOf('tests'));
    const names = new Set<string>();
    return {
      file: this.#file,
      workflow: beside(this.#file, workflow ?? ''),
      workflowPosition: fields.positionOf('workflow'),
      deploy: this.#deploy(fields.get('deploy')),
      mocks: this.#mocks(fields.get('mocks')),
      tests: tests.flatMap((test) => this.#test(test, names) ?? []),
    };
  }

  #deploy(node: SourceNode | undefined): ReadonlyMap<string, OtherWorkflow> {
    if (node === undefined) return new Map();
    if (node.kind !== 'map') {
      this.#problems.add("'deploy' must be a map of workflow ids to files", node.position);
      return new Map();
    }
    return new Map(
      node.entries.map(({ key, value, position }) => {
        if (!WORKFLOW_ID.test(key)) this.#problems.add(`'${key}' is not a valid workflow id`, position);
        return [key, { path: beside(this.#file, String(nodeValue(value))), position }];
      }),
    );
  }

  #test(node: SourceNode, names: Set<string>): WorkflowTest | undefined {
    const fields = Fields.of(node, 'a test', this.#problems);
    if (fields === undefined) return undefined;
    fields.allow(TEST_FIELDS, 'the test');
    const name = this.#required(fields, 'name', 'what the test shows') ?? '';
    if (names.has(name)) this.#problems.add(`two tests have the name '${name}'`, fields.positionOf('name'));
    names.add(name);
    const expected = fields.get('expect');
    if (expected === undefined) {
      this.#problems.add(`test '${name}' needs 'expect', with ${EXPECT_FIELDS.join(', ')}`, node.position);
      return undefined;
    }
    const args = fields.get('args');
    const expect = this.#expectation(expected);
    if (expect === undefined) return undefined;
    return {
      name,
      position: node.position,
      ...(args && { args: nodeValue(args) }),
      env: this.#env(fields.get('env')),
      mocks: this.#mocks(fields.get('mocks')),
      expect,
    };
  }

  /** Subworkflows may be mocked; whether the names exist is known when the workflow file is read. */
  #mocks(node: SourceNode | undefined): Mock[] {
    return node === undefined ? [] : readMocks(node, this.#file, undefined, this.#problems);
  }

  #env(node: SourceNode | undefined): Record<string, string> {
    if (node === undefined) return {};
    if (node.kind !== 'map') {
      this.#problems.add("'env' must be a map of names to text", node.position);
      return {};
    }
    return Object.fromEntries(node.entries.map(({ key, value }) => [key, String(nodeValue(value))]));
  }

  #expectation(node: SourceNode): Expectation | undefined {
    const fields = Fields.of(node, "'expect'", this.#problems);
    if (fields === undefined) return undefined;
    fields.allow(EXPECT_FIELDS, "'expect'");
    if (fields.has('result') && fields.has('error')) {
      this.#problems.add("'expect' has either 'result' or 'error'", fields.positionOf('error'));
    }
    const located = (name: string): Located | undefined => {
      const value = fields.get(name);
      return value && { node: value, value: nodeValue(value) };
    };
    const result = located('result');
    const error = located('error');
    const calls = this.#calls(fields.get('calls'));
    const maxSteps = this.#amount(fields, 'maxSteps');
    const maxSeconds = this.#amount(fields, 'maxTime');
    return {
      ...(result && { result }),
      ...(error && { error }),
      ...(calls && { calls }),
      ...(maxSteps !== undefined && { maxSteps }),
      ...(maxSeconds !== undefined && { maxSeconds }),
      position: node.position,
    };
  }

  #calls(node: SourceNode | undefined): ExpectedCalls | undefined {
    if (node === undefined) return undefined;
    const { position } = node;
    if (node.kind === 'list') {
      return { kind: 'list', calls: node.items.flatMap((item) => this.#call(item) ?? []), position };
    }
    const value = nodeValue(node);
    if (isMap(value) && [...value.values()].every((count) => typeof count === 'bigint')) {
      const counts = new Map([...value].map(([call, count]) => [call, Number(count)]));
      return { kind: 'counts', counts, position };
    }
    if (typeof value === 'bigint') return { kind: 'total', total: Number(value), position };
    this.#problems.add(
      "'calls' is a list of {call, args, times}, a map of names to counts, or a count",
      position,
    );
    return undefined;
  }

  #call(node: SourceNode): ExpectedCall | undefined {
    const { position } = node;
    if (node.kind === 'scalar' && typeof node.value === 'string')
      return { call: node.value, times: 1, position };
    const fields = Fields.of(node, 'an expected call', this.#problems);
    if (fields === undefined) return undefined;
    fields.allow(CALL_FIELDS, 'the expected call');
    const call = this.#required(fields, 'call', 'the name of what is called') ?? '';
    const args = fields.get('args');
    const value = args && nodeValue(args);
    if (args !== undefined && (value === undefined || !isMap(value))) {
      this.#problems.add("'args' must be a map", args.position);
    }
    const times = this.#amount(fields, 'times') ?? 1;
    return { call, times, position, ...(value !== undefined && isMap(value) && { args: value }) };
  }

  #required(fields: Fields, name: string, what: string): string | undefined {
    if (!fields.has(name)) this.#problems.add(`'${name}' is missing: ${what}`, fields.position);
    return fields.text(name);
  }

  /** A number of at least 0; a time may be written as `90s`. */
  #amount(fields: Fields, name: string): number | undefined {
    const node = fields.get(name);
    if (node === undefined) return undefined;
    const text = node.kind === 'scalar' ? String(node.value) : '';
    const match = /^(\d+(?:\.\d+)?)s?$/.exec(text);
    if (match !== null) return Number(match[1]);
    this.#problems.add(`'${name}' must be a number of at least 0`, node.position);
    return undefined;
  }
}

/** A path that a file names, as the user named the file: a relative one stays relative in what is printed. */
function beside(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}
