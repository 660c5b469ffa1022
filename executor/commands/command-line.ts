import { readFileSync, writeFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { describeProblem, InvalidWorkflowError, type Problem } from '../source/problem.ts';
import { sourceText } from '../source/source-file.ts';

/** The exit codes of every command. */
export const EXIT = { success: 0, failed: 1, invalid: 2 } as const;

/** An error in the command line, or a file that cannot be used. Its message goes to standard error. */
export class UsageError extends Error {}

/** Parses a command line. A negative number is an argument and not a flag. @throws UsageError */
export function readCommandLine<O extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: O,
  usage: string,
) {
  const isNumber = (arg: string) => /^-\d/.test(arg);
  try {
    const { values, positionals } = parseArgs({
      args: args.filter((arg) => !isNumber(arg)),
      allowPositionals: true,
      options,
    });
    return { values, positionals: [...positionals, ...args.filter(isNumber)] };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`${error.message}\n\n${usage}`);
  }
}

/** @throws UsageError for a file that can't be read, or that is not UTF-8 */
export function readText(file: string): string {
  const bytes = readBytes(file);
  try {
    return sourceText(bytes);
  } catch (error) {
    if (!(error instanceof InvalidWorkflowError)) throw error;
    throw new UsageError(describeProblems(file, error.problems));
  }
}

/** @throws UsageError for a file that can't be read */
export function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/** @throws UsageError for a file that can't be written */
export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Lines `file:line:column: …`. */
export function describeProblems(file: string, problems: readonly Problem[]): string {
  return problems.map((problem) => `${file}:${describeProblem(problem)}`).join('\n');
}
