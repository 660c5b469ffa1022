/** Checks commands by the gcloud that is installed, in one process of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { sdkRoot } from '../../local/emulators/gcloud.ts';

const SCRIPT = fileURLToPath(new URL('gcloud-batch.py', import.meta.url));

export interface Checked {
  readonly code: number;
  readonly stderr: string;
}

/** Runs the commands in order. `afterEach` is called after each of them, before the next begins. */
export async function runBatch(
  commands: readonly (readonly string[])[],
  env: NodeJS.ProcessEnv,
  cwd: string,
  afterEach: (checked: Checked, index: number) => void,
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
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, , stderr, answers, input] = child.stdio as unknown as [null, null, Readable, Readable, Writable];
  let said = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  try {
    const codes = createInterface({ input: answers })[Symbol.asyncIterator]();
    for (const [index, command] of commands.entries()) {
      said = '';
      input.write(`${JSON.stringify(command)}\n`);
      const { value, done } = await codes.next();
      if (done) throw new Error(`gcloud ended: ${said}`);
      afterEach({ code: Number(value), stderr: said }, index);
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
