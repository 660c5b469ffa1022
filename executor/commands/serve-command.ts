import { basename } from 'node:path';
import { serveExecutor } from '../api/server.ts';
import { readMockFile } from '../calls/mock-file.ts';
import { Mocks } from '../calls/mocks.ts';
import type { FileStore } from '../durable/file-store.ts';
import { RequestError } from '../errors/request-error.ts';
import { Executor } from '../executor.ts';
import type { ExecutorOptions } from '../executor-options.ts';
import { InvalidWorkflowError } from '../source/problem.ts';
import type { LogEntry } from '../stdlib/function.ts';
import { encodeJson } from '../values/json-encoder.ts';
import { describeProblems, EXIT, readCommandLine, readText, UsageError } from './command-line.ts';

const USAGE = `usage: lro workflow serve [options] [FILE…]

Serves the Workflows and the Workflow Executions API (REST, v1) on this machine only. Each FILE is deployed under its name
without .yaml; others can be deployed by the API. With --data, workflows and executions are kept: after an end of any kind
a new start goes on with what was running. A sleep goes on, a call that was under way is made again. Executions that have
ended are deleted after 90 days.

  --port N           8080 by default; 0 for a free one
  --data DIR         keep workflows and executions in this folder
  --mocks FILE       answer calls from a list of mocks
  --allow-google     let connectors call Google, with Application Default Credentials
  --concurrency N    the quota of executions that run at once (10,000 by default)
  --backlog N        how many more may wait (100,000 by default)
  --help             print this
`;

const MAX_PORT = 65_535;

const OPTIONS = {
  port: { type: 'string' },
  data: { type: 'string' },
  mocks: { type: 'string' },
  'allow-google': { type: 'boolean' },
  concurrency: { type: 'string' },
  backlog: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `lro workflow serve`. Serves until SIGINT or SIGTERM. @returns the exit code. @throws UsageError */
export async function serveCommand(args: readonly string[]): Promise<number> {
  const { values: options, positionals: files } = readCommandLine(args, OPTIONS, USAGE);
  if (options.help) {
    process.stdout.write(USAGE);
    return EXIT.success;
  }
  const port = wholeNumber('port', options.port) ?? 8080;
  if (port > MAX_PORT) throw new UsageError(`--port must be at most ${MAX_PORT}; got ${port}`);
  const concurrency = wholeNumber('concurrency', options.concurrency);
  const backlog = wholeNumber('backlog', options.backlog);
  const mocks = options.mocks === undefined ? undefined : readMocks(options.mocks);
  const store = options.data === undefined ? undefined : await openStore(options.data);
  let url = '';
  const settings: ExecutorOptions = {
    baseUrl: () => url,
    onLog: printLog,
    allowGoogle: options['allow-google'] ?? false,
    ...(store && { store }),
    ...(mocks && { gate: mocks }),
    ...(concurrency !== undefined && { concurrentExecutions: concurrency }),
    ...(backlog !== undefined && { backlog }),
  };
  const executor = inData(() => new Executor(settings), store);
  try {
    for (const file of files) deploy(executor, file);
    const server = await serveExecutor(executor, port);
    ({ url } = server);
    // Before the line that says that it is ready: a program that reads the line may send a signal at once.
    const stopped = signalled();
    process.stdout.write(`ready: ${url}/v1/projects/local/locations/us-central1/workflows\n`);
    await stopped;
    await server.close();
    return EXIT.success;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new UsageError(`port ${port} is in use: choose another with --port, or 0 for a free one`);
    }
    throw error;
  } finally {
    await executor.close();
  }
}

/** Resolves at the first SIGINT or SIGTERM. A second one ends the process. */
function signalled(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  return new Promise((resolve) => {
    const end = () => {
      for (const signal of signals) process.off(signal, end);
      resolve();
    };
    for (const signal of signals) process.on(signal, end);
  });
}

/** Loads the library of the lock, which is optional, only where a folder is used. */
async function openStore(folder: string): Promise<FileStore> {
  const { FileStore } = await import('../durable/file-store.ts');
  return inData(() => new FileStore(folder));
}

/** Opens the folder, or what is kept in it. A folder that cannot be used is free for another process. */
function inData<T>(open: () => T, store?: FileStore): T {
  try {
    return open();
  } catch (error) {
    store?.close();
    throw new UsageError(`--data: ${error instanceof Error ? error.message : error}`);
  }
}

/** Deploys a file under its name, unless the same source is deployed already. */
function deploy(executor: Executor, file: string): void {
  const id = basename(file).replace(/(\.workflows?)?\.(ya?ml|json)$/, '');
  const source = readText(file);
  if (executor.workflow(id)?.source === source) return;
  try {
    const { warnings } = executor.deploy(id, source).program;
    if (warnings.length > 0) process.stderr.write(`${describeProblems(file, warnings)}\n`);
  } catch (error) {
    if (error instanceof RequestError) throw new UsageError(`${file}: ${error.message}`);
    if (!(error instanceof InvalidWorkflowError)) throw error;
    throw new UsageError(describeProblems(file, error.problems));
  }
}

function readMocks(file: string): Mocks {
  try {
    return new Mocks(readMockFile(readText(file), file, undefined));
  } catch (error) {
    if (!(error instanceof InvalidWorkflowError)) throw error;
    throw new UsageError(describeProblems(file, error.problems));
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} must be a whole number; got '${text}'`);
}

function printLog({ severity, data }: LogEntry, execution: string): void {
  const payload = typeof data === 'string' ? 'textPayload' : 'jsonPayload';
  process.stderr.write(
    `{"severity":"${severity}","execution":"${execution}","${payload}":${encodeJson(data)}}\n`,
  );
}
