import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type CallbackServer, serveCallbacks } from './callback-server.ts';
import { RealClock, VirtualClock } from './clock.ts';
import { RequestError } from './errors/request-error.ts';
import type { Execution } from './execution.ts';
import { Executor } from './executor.ts';
import type { StepEntry } from './runner/history.ts';
import { describeProblem, InvalidWorkflowError } from './source/problem.ts';
import type { LogEntry } from './stdlib/function.ts';
import { encodeJson } from './values/json-encoder.ts';

const USAGE = `usage: npm run --silent workflow -- [options] FILE [ARGS_JSON]

Runs a Cloud Workflows file (YAML or JSON). The result goes to stdout as JSON and the exit code is 0; a raised error
goes to stderr as JSON and the exit code is 1; a file, an argument or an option that is not valid gives 2. What the
workflow logs goes to stderr, as JSON lines.

  --check         only check the file
  --trace         print each step to stderr as it starts, and the stack of a raised error
  --virtual-time  let sys.sleep and the like take no time
  --help          print this
`;

/** The exit codes of the command. */
const EXIT = { success: 0, raised: 1, invalid: 2 } as const;

/** A command line that can't be followed, or a file that can't be run. */
class UsageError extends Error {}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.invalid;
  }
}

async function run(args: readonly string[]): Promise<number> {
  const { options, file, argument } = readCommandLine(args);
  if (options.help) {
    process.stdout.write(USAGE);
    return EXIT.success;
  }
  if (file === undefined) throw new UsageError(USAGE);
  const source = readSource(file);
  let callbacks: CallbackServer | undefined;
  const executor = new Executor({
    baseUrl: () => callbacks?.url ?? '',
    clock: options['virtual-time'] ? new VirtualClock({ start: Date.now() }) : new RealClock(),
    onLog: printLog,
    ...(options.trace && { onStep: printStep }),
  });
  try {
    executor.deploy('workflow', source);
    if (options.check) return EXIT.success;
    if (source.includes('events.create_callback_endpoint')) callbacks = await serveCallbacks(executor);
    const execution = await executor.run('workflow', argument === undefined ? {} : { argument });
    return report(execution, options.trace ?? false);
  } catch (error) {
    if (error instanceof InvalidWorkflowError) {
      throw new UsageError(error.problems.map((problem) => `${file}:${describeProblem(problem)}`).join('\n'));
    }
    if (error instanceof RequestError) throw new UsageError(`ARGS_JSON: ${error.message}`);
    throw error;
  } finally {
    await executor.close();
    await callbacks?.close();
  }
}

function readCommandLine(args: readonly string[]) {
  try {
    // A negative number is an argument of the workflow and no flag.
    const isNumber = (arg: string) => /^-\d/.test(arg);
    const { values, positionals } = parseArgs({
      args: args.filter((arg) => !isNumber(arg)),
      allowPositionals: true,
      options: {
        check: { type: 'boolean' },
        trace: { type: 'boolean' },
        'virtual-time': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const [file, argument, ...more] = [...positionals, ...args.filter(isNumber)];
    if (more.length > 0) throw new UsageError(`unexpected argument '${more[0]}'\n\n${USAGE}`);
    return { options: values, file, argument };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    throw new UsageError(`${error.message}\n\n${USAGE}`);
  }
}

function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function report({ result, error }: Execution, trace: boolean): number {
  if (result !== undefined) {
    process.stdout.write(`${result}\n`);
    return EXIT.success;
  }
  const { payload = '"the execution was cancelled"', context = '' } = error ?? {};
  if (trace) process.stderr.write(`${context}\n`);
  process.stderr.write(`${payload}\n`);
  return EXIT.raised;
}

function printStep({ routine, step, line, type }: StepEntry): void {
  process.stderr.write(`${routine}:${line} ${step} ${type.replace('STEP_', '').toLowerCase()}\n`);
}

/** A log entry in the shape of Cloud Logging. */
function printLog({ severity, data }: LogEntry): void {
  const payload = typeof data === 'string' ? 'textPayload' : 'jsonPayload';
  process.stderr.write(`{"severity":"${severity}","${payload}":${encodeJson(data)}}\n`);
}
