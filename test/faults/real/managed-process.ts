import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

export interface ManagedProcessOptions {
  /** The TypeScript file that the process runs. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The file for the output. If absent, the output is dropped. */
  readonly log?: string;
}

/** A process that is killed, stopped and started again. */
export class ManagedProcess {
  readonly #options: ManagedProcessOptions;
  #process: ChildProcess | undefined;

  constructor(options: ManagedProcessOptions) {
    this.#options = options;
  }

  /** undefined while the process does not run. */
  get pid(): number | undefined {
    const running = this.#process;
    return running && running.exitCode === null && running.signalCode === null ? running.pid : undefined;
  }

  start(): void {
    const { file, args = [], environment, log } = this.#options;
    const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, METADATA_SERVER_DETECTION: 'none', ...environment },
    });
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (text: Buffer) => log && appendFileSync(log, text));
    }
    this.#process = child;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.pid !== undefined) this.#process?.kill(signal);
  }

  /** By SIGKILL. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (!running || this.pid === undefined) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }
}
