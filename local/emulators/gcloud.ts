import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Returns the root of the installed Google Cloud SDK, which contains the emulators. undefined if no `gcloud` is on the PATH. */
export async function sdkRoot(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const gcloud = join(folder, 'gcloud');
    // Package managers put a symbolic link on the PATH. The SDK contains the target of the link.
    if (await isExecutable(gcloud)) return dirname(dirname(await realpath(gcloud)));
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Returns a TCP port of the loopback interface on which no process listens at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return address.port;
}

/** Returns whether a process accepts TCP connections at `port` of the loopback interface. */
export function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Environment variables, in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called repeatedly until it resolves to true. */
  readonly ready: () => Promise<boolean>;
  /** Called with each line that the process prints. If absent, the output is dropped. */
  readonly onLine?: (line: string) => void;
}

export interface RunningProcess {
  /** Ends the process and all of its child processes. */
  stop(): Promise<void>;
}

const START_TIMEOUT = 60_000;
const READY_INTERVAL = 25;

/**
 * Runs the command in a separate process group, under a shell that ends the whole group when the command ends, or when the
 * standard input of the shell closes. Only this process holds the other end of that pipe, so the group also ends when this
 * process ends, even by SIGKILL.
 */
const SUPERVISOR = `("$@" </dev/null; kill -KILL 0) & read -r _; kill -KILL 0`;

export async function startProcess({
  command,
  args,
  env,
  ready,
  onLine,
}: ProcessOptions): Promise<RunningProcess> {
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'sh', command, ...args], {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['pipe', onLine ? 'pipe' : 'ignore', 'pipe'],
  });
  const errors = tailOf(child);
  if (onLine) eachLine(child, onLine);
  let ended = false;
  const end = new Promise<void>((resolve) => {
    child.once('error', () => resolve()).once('exit', () => resolve());
  }).then(() => {
    ended = true;
  });
  const stop = async () => {
    child.ref();
    child.stdin?.destroy();
    await end;
  };
  for (const since = Date.now(); !(await ready()); ) {
    if (ended) throw new Error(`${command} ended before it was ready: ${errors()}`);
    if (Date.now() - since > START_TIMEOUT) {
      await stop();
      throw new Error(`${command} was not ready within ${START_TIMEOUT / 1000} s: ${errors()}`);
    }
    await sleep(READY_INTERVAL);
  }
  // The child process does not keep this process alive.
  child.unref();
  return { stop };
}

function eachLine({ stdout, stderr }: ChildProcess, onLine: (line: string) => void): void {
  for (const output of [stdout, stderr]) {
    if (output === null) continue;
    createInterface({ input: output }).on('line', onLine);
    // The pipe for the output does not keep this process alive.
    if ('unref' in output && typeof output.unref === 'function') output.unref();
  }
}

/** Returns the last kilobytes that the process wrote to its standard error. */
function tailOf({ stderr }: ChildProcess): () => string {
  let tail = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-4096);
  });
  if (stderr !== null && 'unref' in stderr && typeof stderr.unref === 'function') stderr.unref();
  return () => tail.trim();
}
