import { EXIT, UsageError } from './commands/command-line.ts';

const USAGE = `usage: lro workflow COMMAND …

  run FILE [ARGS_JSON]   run a Cloud Workflows file; also without the word run
  test PATH…             run *.workflow.test.yaml files
  check PATH…            check files, or every workflow file of a folder
  graph FILE             draw a file, as Mermaid or SVG
  serve [FILE…]          serve the Workflows and the Workflow Executions API

COMMAND --help says more.
`;

/**
 * The command `lro workflow`: runs, tests, checks, draws and serves Cloud Workflows files.
 *
 * @param argv what stands after `lro workflow`
 * @returns the exit code: 0, 1 where a run, a test or a check failed, 2 for bad input
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    return await command(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.invalid;
  }
}

/** Each command is loaded only when it is used, so that the others do not slow down its start. */
async function command([name, ...rest]: readonly string[]): Promise<number> {
  switch (name) {
    case 'run':
      return (await import('./commands/run-command.ts')).runCommand(rest);
    case 'test':
      return (await import('./commands/test-command.ts')).testCommand(rest);
    case 'serve':
      return (await import('./commands/serve-command.ts')).serveCommand(rest);
    case 'check':
      return (await import('./commands/check-command.ts')).checkCommand(rest);
    case 'graph':
      return (await import('./commands/graph-command.ts')).graphCommand(rest);
    case 'help':
      process.stdout.write(USAGE);
      return EXIT.success;
    default:
      return (await import('./commands/run-command.ts')).runCommand(
        name === undefined ? [] : [name, ...rest],
      );
  }
}
