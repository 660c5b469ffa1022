import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessOptions<Ready> {
  readonly command: string;
  readonly args: readonly string[];
  /** Environment variables, in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Called repeatedly with what the process has printed so far, until the result is not undefined. A server that prints
   * where it listens is ready when it has printed that. That a connection is accepted says less: any server may have the port.
   */
  readonly ready: (printed: string) => Ready | undefined | Promise<Ready | undefined>;
  /** Called with each line that the process prints. */
  readonly onLine?: (line: string) => void;
}

export interface RunningProcess<Ready = unknown> {
  /** The result of `ready`. */
  readonly ready: Ready;
  /** Ends the process and all of its child processes. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const READY_INTERVAL_MS = 25;

/**
 * Runs the command in a separate process group, under a shell that ends the whole group when the command ends, or when the
 * standard input of the shell closes. Only this process holds the other end of that pipe, so the group also ends when this
 * process ends, even by SIGKILL.
 */
const SUPERVISOR = `("$@" </dev/null; kill -KILL 0) & read -r _; kill -KILL 0`;

/** Starts a server, and resolves when it is ready. Rejects with what it printed if it ends before that. */
export async function startProcess<Ready>({
  command,
  args,
  env,
  ready,
  onLine,
}: ProcessOptions<Ready>): Promise<RunningProcess<Ready>> {
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, 'sh', command, ...args], {
    detached: true,
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
  const printed = tailOf(child);
  if (onLine) eachLine(child, onLine);
  let ended = false;
  const end = new Promise<void>((resolve) => {
    child.once('error', () => resolve()).once('exit', () => resolve());
  }).then(() => {
    ended = true;
  });
  const stop = async () => {
    child.ref();
    child.stdin.destroy();
    await end;
  };
  for (const since = Date.now(); ; await sleep(READY_INTERVAL_MS)) {
    const result = await ready(printed());
    if (ended) throw new Error(`${command} ended before it was ready: ${printed().trim()}`);
    if (result !== undefined) {
      // The child process does not keep this process alive.
      child.unref();
      return { ready: result, stop };
    }
    if (Date.now() - since > START_TIMEOUT_MS) {
      await stop();
      throw new Error(`${command} was not ready within ${START_TIMEOUT_MS / 1000} s: ${printed().trim()}`);
    }
  }
}

function eachLine({ stdout, stderr }: ChildProcess, onLine: (line: string) => void): void {
  for (const output of [stdout, stderr]) {
    if (output !== null) createInterface({ input: output }).on('line', onLine);
  }
}

/** Returns a function that gives the last kilobytes that the process printed. The pipes do not keep this process alive. */
function tailOf({ stdout, stderr }: ChildProcess): () => string {
  let tail = '';
  for (const output of [stdout, stderr]) {
    output?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-4096);
    });
    if (output && 'unref' in output && typeof output.unref === 'function') output.unref();
  }
  return () => tail;
}
