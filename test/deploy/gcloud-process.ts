/** Runs many commands in one process of the installed gcloud. */
import { type ChildProcess, spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sdkRoot } from '../../local/emulators/gcloud.ts';
import type { ChildOutcome } from './child-outcome.ts';

const SCRIPT = fileURLToPath(new URL('gcloud-process.py', import.meta.url));

export class GcloudProcess {
  readonly #child: ChildProcess;
  readonly #commands: Writable;
  readonly #answers: AsyncIterator<string>;
  readonly #end: Promise<unknown>;
  /** Resolves when the previous command has ended. */
  #previous: Promise<unknown> = Promise.resolve();

  static async start(cwd: string, env: NodeJS.ProcessEnv): Promise<GcloudProcess> {
    const root = (await sdkRoot()) ?? '';
    const bundled = join(root, 'platform/bundledpythonunix/bin/python3');
    const python = await access(bundled).then(
      () => bundled,
      () => 'python3',
    );
    // The standard input is that of the commands, of which one reads it.
    const stdio = ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'] as const;
    return new GcloudProcess(spawn(python, [SCRIPT, root], { env, cwd, stdio: [...stdio] }));
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    const [, , , answers, commands] = child.stdio as unknown as [null, null, null, Readable, Writable];
    // A write after the end of the process fails, which the missing answer reports.
    this.#commands = commands.on('error', () => undefined);
    this.#answers = createInterface({ input: answers })[Symbol.asyncIterator]();
    this.#end = new Promise((resolve) => child.once('close', resolve));
  }

  /** Runs a command after the previous ones. */
  run(args: readonly string[]): Promise<ChildOutcome> {
    const outcome = this.#previous.then(() => this.#run(args));
    this.#previous = outcome.catch(() => undefined);
    return outcome;
  }

  async #run(args: readonly string[]): Promise<ChildOutcome> {
    this.#commands.write(`${JSON.stringify(args)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`The process of gcloud ended with the command ${args.join(' ')}.`);
    return JSON.parse(value);
  }

  async close(): Promise<void> {
    this.#commands.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.#end;
  }
}
