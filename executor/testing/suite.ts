import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { callableHint } from '../checks/callable-hint.ts';
import { ConnectorCatalog } from '../connectors/catalog.ts';
import { RequestError } from '../errors/request-error.ts';
import { InvalidWorkflowError, type Position } from '../source/problem.ts';
import { sourceText } from '../source/source-file.ts';
import { libraryFunction } from '../stdlib/library.ts';
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
    [...suite.deploy].map(([id, path]) => [id, readSource(path, file, workflowPosition)]),
  );
  const outcomes: TestOutcome[] = [];
  const reports: FailureReport[] = [];
  for (const test of suite.tests) {
    if (options.name !== undefined && !test.name.includes(options.name)) continue;
    checkMockNames(test, routines);
    const setup: Setup = {
      source,
      others,
      env: test.env,
      mocks: test.mocks,
      ...(test.args !== undefined && { args: test.args }),
    };
    const start = performance.now();
    const observed = await observeTest(setup, test, file);
    coverage.add(observed.history, observed.branches);
    outcomes.push({
      file,
      name: test.name,
      deviations: [...deviations(test.expect, observed), ...unused(observed, test)],
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
function checkMockNames(test: WorkflowTest, routines: readonly string[]): void {
  const connectors = new ConnectorCatalog();
  for (const { call, place } of test.mocks) {
    if (routines.includes(call) || libraryFunction(call)?.kind === 'blocking' || connectors.find(call))
      continue;
    throw new UnusableSuite(
      `${place}: '${call}' is not a function, connector or subworkflow${callableHint(call, routines)}`,
    );
  }
}

async function observeTest(setup: Setup, test: WorkflowTest, file: string): Promise<Observation> {
  try {
    return await observe(setup);
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw new UnusableSuite(`${file}:${test.position.line}: args: ${error.message}`);
  }
}

function unused({ unusedMocks, error }: Observation, { expect: { position } }: WorkflowTest): Deviation[] {
  // After an unexpected error the mocks behind it are unused for that reason.
  if (error !== undefined) return [];
  return unusedMocks.map(({ call, place }) => ({
    message: `the mock of ${call} at ${place} answered no call`,
    position,
  }));
}
