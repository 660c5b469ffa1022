import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { CallableNames } from '../calls/callable-names.ts';
import type { Mock } from '../calls/mock.ts';
import { callableHint } from '../checks/callable-hint.ts';
import { RequestError } from '../errors/request-error.ts';
import { InvalidWorkflowError, type Position } from '../source/problem.ts';
import { sourceText } from '../source/source-file.ts';
import { compileSource } from '../workflow.ts';
import { Coverage } from './coverage.ts';
import type { FileCoverage } from './coverage-report.ts';
import { type Observation, observe, type Setup } from './execute.ts';
import { type Deviation, deviations } from './expectation.ts';
import { type FailureReport, failureReport } from './failures.ts';
import type { TestFile, WorkflowTest } from './test-file.ts';

export interface TestOutcome {
  readonly file: string;
  readonly name: string;
  readonly deviations: readonly Deviation[];
  readonly steps: number;
  readonly seconds: number;
  /** Real time. */
  readonly durationMs: number;
}

export interface SuiteResult {
  readonly outcomes: readonly TestOutcome[];
  readonly coverage: FileCoverage;
  readonly failures?: FailureReport;
}

/** A test file whose workflow can't be used: the text names the place. */
export class UnusableSuite extends Error {}

/**
 * Runs the tests of one file.
 *
 * @param options.name run only tests whose name contains it
 * @param options.exhaustive also run each test with every call failing once, in every way that it can
 * @throws UnusableSuite
 */
export async function runSuite(
  suite: TestFile,
  options: { readonly name?: string; readonly exhaustive?: boolean } = {},
): Promise<SuiteResult> {
  const { file, workflow, workflowPosition } = suite;
  const source = readSource(workflow, file, workflowPosition);
  const program = compile(source, workflow);
  const routines = [...program.routines.keys()];
  const coverage = new Coverage(program);
  const others = new Map(
    [...suite.deploy].map(([id, { path, position }]) => {
      const other = readSource(path, file, position);
      routines.push(...compile(other, path).routines.keys());
      return [id, other];
    }),
  );
  const names = new CallableNames(routines);
  /** Until a test uses them, or cannot tell because it ends early. */
  let unusedShared = suite.mocks;
  checkMockNames(suite.mocks, names);
  const outcomes: TestOutcome[] = [];
  const reports: FailureReport[] = [];
  const { name: filter = '' } = options;
  const tests = suite.tests.filter(({ name }) => name.includes(filter));
  for (const test of tests) {
    checkMockNames(test.mocks, names);
    checkExpectedNames(test, file, names);
    const setup: Setup = {
      source,
      others,
      env: test.env,
      mocks: [...test.mocks, ...suite.mocks],
      ...(test.args !== undefined && { args: test.args }),
    };
    const start = performance.now();
    const observed = await observeTest(setup, test, file);
    const unusedMocks = observed.error === undefined ? observed.unusedMocks : [];
    unusedShared = unusedShared.filter((mock) => unusedMocks.includes(mock));
    coverage.add(observed.history, observed.branches);
    outcomes.push({
      file,
      name: test.name,
      deviations: [
        ...deviations(test.expect, observed),
        ...unused(unusedMocks, test.mocks, test.expect.position),
        // The last test tells it of the mocks of the whole file.
        ...(test === suite.tests.at(-1) && tests.length === suite.tests.length
          ? unused(unusedShared, suite.mocks, test.expect.position)
          : []),
      ],
      steps: observed.steps,
      seconds: observed.seconds,
      durationMs: performance.now() - start,
    });
    if (options.exhaustive) reports.push(await failureReport(setup, observed, test.name, workflow));
  }
  const result = { outcomes, coverage: { file: workflow, source, coverage } };
  return options.exhaustive
    ? { ...result, failures: { file: workflow, trials: reports.flatMap(({ trials }) => trials) } }
    : result;
}

function readSource(path: string, file: string, { line }: Position): string {
  try {
    return sourceText(readFileSync(path));
  } catch (error) {
    if (error instanceof InvalidWorkflowError) throw unusable(error, path);
    throw new UnusableSuite(
      `${file}:${line}: cannot read ${path}: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function compile(source: string, file: string) {
  try {
    return compileSource(source);
  } catch (error) {
    if (!(error instanceof InvalidWorkflowError)) throw error;
    throw unusable(error, file);
  }
}

function unusable({ message }: InvalidWorkflowError, file: string): UnusableSuite {
  return new UnusableSuite(message.replaceAll(/^/gm, `${file}:`));
}

/** @throws UnusableSuite for a mock of what neither the workflow file nor the library has */
function checkMockNames(mocks: readonly Mock[], names: CallableNames): void {
  for (const { call, place = '' } of mocks) checkName(call, place, names);
}

/** @throws UnusableSuite for an expected call of what cannot be called: it would be counted as called 0 times */
function checkExpectedNames({ expect: { calls } }: WorkflowTest, file: string, names: CallableNames): void {
  if (calls?.kind === 'list') {
    for (const { call, position } of calls.calls) checkName(call, `${file}:${position.line}`, names);
  } else if (calls?.kind === 'counts') {
    for (const call of calls.counts.keys()) checkName(call, `${file}:${calls.position.line}`, names);
  }
}

function checkName(call: string, place: string, names: CallableNames): void {
  const kind = names.kindOf(call);
  if (kind === 'callable') return;
  const hint = kind === 'unknown connector' ? names.connectorHint(call) : callableHint(call, names.routines);
  const why =
    kind === 'pure'
      ? 'is neither mocked nor counted: it calls nothing outside of the workflow'
      : `is not a function, connector or subworkflow${hint}`;
  throw new UnusableSuite(`${place}: '${call}' ${why}`);
}

async function observeTest(setup: Setup, test: WorkflowTest, file: string): Promise<Observation> {
  try {
    return await observe(setup);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw new UnusableSuite(`${file}:${test.position.line}: args: ${error.message}`);
  }
}

/** The mocks of a list that answered no call, where they had to. */
function unused(unusedMocks: readonly Mock[], of: readonly Mock[], position: Position): Deviation[] {
  return unusedMocks
    .filter((mock) => of.includes(mock))
    .map(({ call, place }) => ({ message: `the mock of ${call} at ${place} answered no call`, position }));
}
