/** Runs commands of the gcloud that is installed, in one process of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sdkRoot } from '../../local/emulators/gcloud.ts';
import type { ChildOutcome } from './child-outcome.ts';

const SCRIPT = fileURLToPath(new URL('gcloud-batch.py', import.meta.url));

/** Runs the commands in order. `afterEach` is called after each of them, before the next begins. */
export async function runBatch(
  commands: readonly (readonly string[])[],
  env: NodeJS.ProcessEnv,
  cwd: string,
  afterEach: (outcome: ChildOutcome) => void,
): Promise<void> {
  const root = (await sdkRoot()) ?? '';
  const bundled = join(root, 'platform/bundledpythonunix/bin/python3');
  const python = await access(bundled).then(
    () => bundled,
    () => 'python3',
  );
  const child = spawn(python, [SCRIPT, root], {
    env,
    cwd,
    // The standard input is that of the commands, of which one reads it.
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', 'pipe'],
  });
  const [, , , answers, input] = child.stdio as unknown as [null, null, null, Readable, Writable];
  // A write after the end of the process fails, which the missing answer reports.
  input.on('error', () => undefined);
  try {
    const lines = createInterface({ input: answers })[Symbol.asyncIterator]();
    for (const command of commands) {
      input.write(`${JSON.stringify(command)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`The process of gcloud ended with the command ${command.join(' ')}.`);
      afterEach(JSON.parse(value));
    }
  } finally {
    input.end();
    await ended(child);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('close', resolve));
}
