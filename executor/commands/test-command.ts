import { InvalidWorkflowError } from '../source/problem.ts';
import { coverageHtml, coverageLcov, coverageText, type FileCoverage } from '../testing/coverage-report.ts';
import { failureText } from '../testing/failures.ts';
import { junitXml } from '../testing/junit.ts';
import { runSuite, type SuiteResult, type TestOutcome, UnusableSuite } from '../testing/suite.ts';
import { readTestFile, type TestFile } from '../testing/test-file.ts';
import { describeProblems, EXIT, readCommandLine, readText, UsageError, writeText } from './command-line.ts';
import { filesBelow } from './workflow-files.ts';

const USAGE = `usage: lro workflow test [options] PATH…

Runs the tests of *.workflow.test.yaml files; of a folder, all in it. Sleeps take no time, and calls of other services are
answered by mocks only. The exit code is 0 when all pass, 1 when one fails, 2 for a file that is not valid.

  --name TEXT     only tests whose name contains it
  --junit FILE    write the outcome as JUnit XML
  --coverage      print which steps and branches ran
  --lcov FILE     write the coverage for editors and coverage services
  --html FILE     write the coverage as a page
  --exhaustive    also let every call fail once, in every way that it can, and report what the file does not handle
  --help          print this
`;

const OPTIONS = {
  name: { type: 'string' },
  junit: { type: 'string' },
  coverage: { type: 'boolean' },
  lcov: { type: 'string' },
  html: { type: 'string' },
  exhaustive: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const TEST_FILE = /\.workflow\.test\.ya?ml$/;

/** `lro workflow test`. @returns the exit code. @throws UsageError for files that are not valid, after the others ran */
export async function testCommand(args: readonly string[]): Promise<number> {
  const { values: options, positionals } = readCommandLine(args, OPTIONS, USAGE);
  if (options.help) {
    process.stdout.write(USAGE);
    return EXIT.success;
  }
  if (positionals.length === 0) throw new UsageError(USAGE);
  const files = positionals.flatMap((path) => filesBelow(path, (name) => TEST_FILE.test(name)));
  if (files.length === 0) throw new UsageError(`no *.workflow.test.yaml file in ${positionals.join(', ')}`);
  const results: SuiteResult[] = [];
  const invalid: string[] = [];
  const filter = options.name === undefined ? {} : { name: options.name };
  for (const file of files) {
    try {
      const result = await runSuite(readSuite(file), { ...filter, exhaustive: options.exhaustive ?? false });
      printOutcomes(file, result.outcomes);
      results.push(result);
    } catch (error) {
      if (!(error instanceof UsageError) && !(error instanceof UnusableSuite)) throw error;
      invalid.push(error.message);
    }
  }
  const outcomes = results.flatMap((result) => result.outcomes);
  const coverage = mergedCoverage(results);
  for (const { failures } of results) if (failures) process.stdout.write(failureText(failures));
  if (options.coverage) process.stdout.write(coverageText(coverage));
  const failed = outcomes.filter(({ deviations }) => deviations.length > 0).length;
  process.stdout.write(`${outcomes.length - failed} passed, ${failed} failed\n`);
  if (options.junit !== undefined) writeText(options.junit, junitXml(outcomes));
  if (options.lcov !== undefined) writeText(options.lcov, coverageLcov(coverage));
  if (options.html !== undefined) writeText(options.html, coverageHtml(coverage));
  if (invalid.length > 0) throw new UsageError(invalid.join('\n'));
  return failed === 0 ? EXIT.success : EXIT.failed;
}

function readSuite(file: string): TestFile {
  try {
    return readTestFile(readText(file), file);
  } catch (error) {
    if (!(error instanceof InvalidWorkflowError)) throw error;
    throw new UsageError(describeProblems(file, error.problems));
  }
}

function printOutcomes(file: string, outcomes: readonly TestOutcome[]): void {
  process.stdout.write(`${file}\n`);
  for (const { name, deviations, steps, seconds } of outcomes) {
    const mark = deviations.length === 0 ? '✓' : '✗';
    process.stdout.write(`  ${mark} ${name} (${steps} steps, ${seconds} s)\n`);
    for (const { message, position } of deviations) {
      process.stdout.write(`      ${file}:${position.line}: ${message.replaceAll('\n', '\n        ')}\n`);
    }
  }
}

/** Several test files may test one workflow file. Their coverage is added. */
function mergedCoverage(results: readonly SuiteResult[]): FileCoverage[] {
  const files = new Map<string, FileCoverage>();
  for (const { coverage } of results) {
    const known = files.get(coverage.file);
    if (known === undefined) files.set(coverage.file, coverage);
    else known.coverage.merge(coverage.coverage);
  }
  return [...files.values()];
}
