import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The server of an engine, which this process started in a new folder, on the loopback interface. */
export interface Server {
  /** The connection string for the engine's client. */
  readonly connection: string;
  /** The server process, whose memory and that of its children counts. undefined if the engine has no server. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** How long a server may take to start or to stop, in milliseconds. */
const PATIENCE = 30_000;

export function newFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `lro-peers-${name}-`));
}

/** Starts a server's process; its output is dropped. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { stdio: 'ignore', ...options });
  child.on('error', (error) => console.error(`${command}: ${error.message}`));
  return child;
}

/** Ends the process, and removes its folder. */
export async function stop(
  child: ChildProcess,
  folder: string,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    await exited;
    clearTimeout(kill);
  }
  await rm(folder, { recursive: true, force: true });
}

/** Repeats the call until the server answers. */
export async function untilReady(what: string, ask: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + PATIENCE; !(await ask().catch(() => false)); await sleep(20)) {
    if (Date.now() > end) throw new Error(`${what} did not start within ${PATIENCE / 1_000} s`);
  }
}
