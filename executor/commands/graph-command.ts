import { flowOf } from '../graph/flow.ts';
import { mermaidText } from '../graph/mermaid.ts';
import { svgText } from '../graph/svg.ts';
import { InvalidWorkflowError } from '../source/problem.ts';
import { readWorkflow } from '../source/workflow-reader.ts';
import { describeProblems, EXIT, readCommandLine, readText, UsageError, writeText } from './command-line.ts';

const USAGE = `usage: lro workflow graph [options] FILE

Draws a workflow file: as a Mermaid flowchart, or as SVG where --svg is given or the name after --out ends with .svg.

  --svg          SVG in place of Mermaid
  --out FILE     write to a file in place of standard output
  --help         print this
`;

const OPTIONS = {
  svg: { type: 'boolean' },
  out: { type: 'string', short: 'o' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `lro workflow graph`. @returns the exit code. @throws UsageError */
export async function graphCommand(args: readonly string[]): Promise<number> {
  const { values: options, positionals } = readCommandLine(args, OPTIONS, USAGE);
  if (options.help) {
    process.stdout.write(USAGE);
    return EXIT.success;
  }
  const [file, more] = positionals;
  if (file === undefined || more !== undefined) throw new UsageError(USAGE);
  const routines = flowOf(read(file));
  const text = options.svg || options.out?.endsWith('.svg') ? svgText(routines) : mermaidText(routines);
  if (options.out === undefined) process.stdout.write(text);
  else writeText(options.out, text);
  return EXIT.success;
}

function read(file: string) {
  try {
    return readWorkflow(readText(file));
  } catch (error) {
    if (!(error instanceof InvalidWorkflowError)) throw error;
    throw new UsageError(describeProblems(file, error.problems));
  }
}
