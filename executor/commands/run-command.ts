import { type ExecutorServer, serveExecutor } from '../api/server.ts';
import { readMockFile } from '../calls/mock-file.ts';
import { Mocks } from '../calls/mocks.ts';
import { RealClock, VirtualClock } from '../clock.ts';
import { RequestError } from '../errors/request-error.ts';
import type { Execution } from '../execution.ts';
import { Executor } from '../executor.ts';
import { costReport } from '../report/cost.ts';
import { timelineText } from '../report/timeline.ts';
import type { StepEntry } from '../runner/history.ts';
import { InvalidWorkflowError, type Problem } from '../source/problem.ts';
import type { LogEntry } from '../stdlib/function.ts';
import { encodeJson } from '../values/json-encoder.ts';
import { describeProblems, EXIT, readCommandLine, readText, UsageError } from './command-line.ts';
import { Debugger } from './debugger.ts';
import { errorPlaces } from './error-report.ts';

export const RUN_USAGE = `usage: lro workflow run [options] FILE [ARGS_JSON]

Runs a Cloud Workflows file (YAML or JSON). The result goes to stdout as JSON and the exit code is 0; a raised error
goes to stderr, its place as "file:line: step" and then the error as JSON on a line of its own, and the exit code is 1;
a file, an argument or an option that is not valid gives 2. What the workflow logs goes to stderr, as JSON lines.

  --mocks FILE       answer calls from a YAML list of {call, args, result or raise, times, delay}
  --allow-google     let connectors call Google, with Application Default Credentials
  --deploy ID=FILE   another workflow, for executions.run (may be repeated)
  --virtual-time     let sys.sleep and the like take no time
  --check            only check the file
  --trace            print each step to stderr as it starts, and the stack of a raised error
  --timeline         print when each step ran and for how long
  --cost             print what Google would bill
  --debug            stop at each step and take commands (help lists them)
  --help             print this

Connectors find emulators by PUBSUB_EMULATOR_HOST, FIRESTORE_EMULATOR_HOST, SPANNER_EMULATOR_HOST, STORAGE_EMULATOR_HOST.
`;

const OPTIONS = {
  mocks: { type: 'string' },
  'allow-google': { type: 'boolean' },
  deploy: { type: 'string', multiple: true },
  'virtual-time': { type: 'boolean' },
  check: { type: 'boolean' },
  trace: { type: 'boolean' },
  timeline: { type: 'boolean' },
  cost: { type: 'boolean' },
  debug: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Options = ReturnType<typeof readCommandLine<typeof OPTIONS>>['values'];

/** `lro workflow run`, and `npm run workflow -- FILE`. @returns the exit code. @throws UsageError */
export async function runCommand(args: readonly string[]): Promise<number> {
  const { values: options, positionals } = readCommandLine(args, OPTIONS, RUN_USAGE);
  if (options.help) {
    process.stdout.write(RUN_USAGE);
    return EXIT.success;
  }
  const [file, argument, more] = positionals;
  if (file === undefined) throw new UsageError(RUN_USAGE);
  if (more !== undefined) throw new UsageError(`unexpected argument '${more}'\n\n${RUN_USAGE}`);
  return new Run(file, options).run(argument);
}

class Run {
  readonly #file: string;
  readonly #options: Options;
  readonly #executor: Executor;
  readonly #mocks: Mocks | undefined;
  readonly #debugger: Debugger | undefined;
  readonly #source: string;
  #callbacks: ExecutorServer | undefined;

  constructor(file: string, options: Options) {
    this.#file = file;
    this.#options = options;
    this.#source = readText(file);
    this.#mocks = this.#readMocks(options.mocks);
    this.#debugger = options.debug ? new Debugger(file, this.#source) : undefined;
    this.#executor = new Executor({
      baseUrl: () => this.#callbacks?.url ?? '',
      clock: options['virtual-time'] ? new VirtualClock({ start: Date.now() }) : new RealClock(),
      onLog: printLog,
      allowGoogle: options['allow-google'] ?? false,
      ...(this.#mocks && { gate: this.#mocks }),
      ...(options.trace && { onStep: printStep }),
      ...(this.#debugger && { beforeStep: this.#debugger.beforeStep }),
    });
  }

  async run(argument: string | undefined): Promise<number> {
    try {
      const warnings = this.#deploy('workflow', this.#file, this.#source);
      for (const other of this.#options.deploy ?? []) this.#deployOther(other);
      if (warnings.length > 0) process.stderr.write(`${describeProblems(this.#file, warnings)}\n`);
      if (this.#options.check) return EXIT.success;
      if (this.#source.includes('events.create_callback_endpoint')) {
        this.#callbacks = await serveExecutor(this.#executor);
      }
      const execution = await this.#executor.run('workflow', argument === undefined ? {} : { argument });
      return this.#report(execution);
    } catch (error) {
      if (error instanceof RequestError) throw new UsageError(`ARGS_JSON: ${error.message}`);
      throw error;
    } finally {
      this.#debugger?.close();
      await this.#executor.close();
      await this.#callbacks?.close();
    }
  }

  #deployOther(option: string): void {
    const at = option.indexOf('=');
    if (at < 1) throw new UsageError(`--deploy takes ID=FILE, such as child=child.yaml; got '${option}'`);
    const file = option.slice(at + 1);
    this.#deploy(option.slice(0, at), file, readText(file));
  }

  #deploy(id: string, file: string, source: string): readonly Problem[] {
    try {
      const { program } = this.#executor.deploy(id, source);
      this.#debugger?.know(program);
      return program.warnings;
    } catch (error) {
      if (error instanceof RequestError) throw new UsageError(`--deploy: ${error.message}`);
      if (!(error instanceof InvalidWorkflowError)) throw error;
      throw new UsageError(describeProblems(file, error.problems));
    }
  }

  #readMocks(file: string | undefined): Mocks | undefined {
    if (file === undefined) return undefined;
    try {
      return new Mocks(readMockFile(readText(file), file, subworkflows(this.#source)));
    } catch (error) {
      if (!(error instanceof InvalidWorkflowError)) throw error;
      throw new UsageError(describeProblems(file, error.problems));
    }
  }

  #report(execution: Execution): number {
    const { trace, timeline, cost } = this.#options;
    for (const { place, call } of this.#mocks?.unused() ?? []) {
      process.stderr.write(`${place}: warning: this mock of ${call} answered no call\n`);
    }
    if (timeline) process.stderr.write(timelineText(execution));
    if (cost) process.stderr.write(costReport(execution));
    const { result, error } = execution;
    if (result !== undefined) {
      process.stdout.write(`${result}\n`);
      return EXIT.success;
    }
    if (trace && error) process.stderr.write(`${error.context}\n`);
    if (error) process.stderr.write(`${errorPlaces(this.#file, error)}\n`);
    process.stderr.write(`${error?.payload ?? '"the execution was cancelled"'}\n`);
    return EXIT.failed;
  }
}

/** The names at the top level of the file, which mocks may answer too. */
function subworkflows(source: string): string[] {
  return [...source.matchAll(/^["']?([A-Za-z_]\w*)["']?\s*:/gm)].map((match) => match[1] ?? '');
}

function printStep({ routine, step, line, type }: StepEntry): void {
  process.stderr.write(`${routine}:${line} ${step} ${type.replace('STEP_', '').toLowerCase()}\n`);
}

/** A log entry in the shape of Cloud Logging. */
function printLog({ severity, data }: LogEntry): void {
  const payload = typeof data === 'string' ? 'textPayload' : 'jsonPayload';
  process.stderr.write(`{"severity":"${severity}","${payload}":${encodeJson(data)}}\n`);
}
