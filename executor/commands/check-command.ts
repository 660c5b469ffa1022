import { loopWarnings } from '../checks/step-estimate.ts';
import { readDocument } from '../source/document.ts';
import { InvalidWorkflowError, type Problem } from '../source/problem.ts';
import { roughText, sourceText } from '../source/source-file.ts';
import type { SourceNode } from '../source/source-node.ts';
import { formOf } from '../source/workflow-form.ts';
import { workflowOf } from '../source/workflow-reader.ts';
import { compileRead } from '../workflow.ts';
import { describeProblems, EXIT, readBytes, readCommandLine, UsageError, writeText } from './command-line.ts';
import { type CheckedFile, sarifLog } from './sarif.ts';
import { filesBelow } from './workflow-files.ts';

const USAGE = `usage: lro workflow check [options] PATH…

Checks workflow files, with Google's limits: names, calls and their arguments, jumps, sizes, loops of too many steps. Of a
folder, every .yaml, .yml and .json file that has the form of a workflow. The exit code is 0 where there are no errors,
2 where a file is not valid or can't be read, and with --strict 1 for warnings.

  --sarif FILE    write the problems as SARIF 2.1.0, for code scanning
  --strict        warnings count as errors
  --help          print this
`;

const OPTIONS = {
  sarif: { type: 'string' },
  strict: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `lro workflow check`. @returns the exit code. @throws UsageError */
export async function checkCommand(args: readonly string[]): Promise<number> {
  const { values: options, positionals } = readCommandLine(args, OPTIONS, USAGE);
  if (options.help) {
    process.stdout.write(USAGE);
    return EXIT.success;
  }
  if (positionals.length === 0) throw new UsageError(USAGE);
  const named = new Set(positionals);
  const checked: CheckedFile[] = [];
  for (const file of positionals.flatMap((path) => filesBelow(path, isSource))) {
    const bytes = readBytes(file);
    // A folder may also contain YAML files of other tools, which are skipped. A file that the user names is always checked.
    const form = named.has(file) ? undefined : formOf(roughText(bytes));
    if (form?.isWorkflow === false) continue;
    checked.push({ file, problems: problemsOf(bytes, form?.document) });
  }
  if (checked.length === 0) throw new UsageError(`no workflow file in ${positionals.join(', ')}`);
  for (const { file, problems } of checked) {
    if (problems.length > 0) process.stdout.write(`${describeProblems(file, problems)}\n`);
  }
  const all = checked.flatMap(({ problems }) => problems);
  const errors = all.filter(({ severity }) => severity === undefined).length;
  process.stdout.write(
    `${counted(checked.length, 'file')}, ${counted(errors, 'error')}, ${counted(all.length - errors, 'warning')}\n`,
  );
  if (options.sarif !== undefined) writeText(options.sarif, sarifLog(checked));
  if (errors > 0) return EXIT.invalid;
  return options.strict && all.length > 0 ? EXIT.failed : EXIT.success;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** @param document that the text of the file has been read to, if it has */
function problemsOf(bytes: Buffer, document?: SourceNode): readonly Problem[] {
  try {
    const source = sourceText(bytes);
    const workflow = workflowOf(document ?? readDocument(source));
    return [...compileRead(workflow).warnings, ...loopWarnings(workflow)];
  } catch (error) {
    if (!(error instanceof InvalidWorkflowError)) throw error;
    return error.problems;
  }
}

function isSource(name: string): boolean {
  return /\.(ya?ml|json)$/.test(name) && !/\.workflow\.test\.ya?ml$/.test(name);
}
