/** The package as a user has it: packed by npm, and unpacked into a project of its own. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { until } from '../setup/until.ts';

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Packed {
  /** The project; the package is in its `node_modules`. */
  readonly folder: string;
  readonly tarball: string;
  readonly packageFolder: string;
  readonly files: readonly string[];
}

/** The package of this run, unpacked into a project of its own. */
export async function packInto(): Promise<Packed> {
  const { tarball, files } = await packedOnce();
  const folder = await mkdtemp(join(tmpdir(), 'lro-package-'));
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  await linkDependencies(modules);
  const packageFolder = join(modules, 'lro-orchestrator');
  await mkdir(packageFolder);
  await run('tar', ['-xzf', tarball, '-C', packageFolder, '--strip-components=1']);
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  return { folder, tarball, packageFolder, files };
}

type Tarball = Pick<Packed, 'tarball' | 'files'>;

/** The package is packed once a run, by the first test file that asks. The others wait for it. */
async function packedOnce(): Promise<Tarball> {
  const folder = join(inject('runFolder'), 'package');
  const record = join(folder, 'packed.json');
  if (await isFirst(folder)) {
    const outcome = await pack(folder).catch(({ message }: Error) => ({ error: message }));
    await writeFile(`${record}.new`, JSON.stringify(outcome));
    await rename(`${record}.new`, record);
  }
  const text = await until('the package', () => readFile(record, 'utf8').catch(() => undefined), 170_000);
  const outcome: Tarball | { error: string } = JSON.parse(text);
  if ('error' in outcome) throw new Error(outcome.error);
  return outcome;
}

async function isFirst(folder: string): Promise<boolean> {
  return mkdir(folder).then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => {
      if (code === 'EEXIST') return false;
      throw new Error(`The folder ${folder} cannot be made: ${code}`);
    },
  );
}

/**
 * Packs what is committed or not. `npm pack` would make again what `npm ci` has made (the messages, the console), under the
 * other tests that read it: only the build of the package itself is run.
 */
async function pack(folder: string): Promise<Tarball> {
  await run(process.execPath, ['packaging/build.js'], { cwd: ROOT });
  const args = ['pack', '--ignore-scripts', '--json', '--silent', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: ROOT, maxBuffer: 10_000_000 });
  const answer = JSON.parse(
    stdout.slice(stdout.indexOf('[') < 0 ? stdout.indexOf('{') : stdout.indexOf('[')),
  );
  const [{ filename, files }] = (Array.isArray(answer) ? answer : Object.values(answer)) as [
    { filename: string; files: { path: string }[] },
  ];
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}

/** What an install would fetch is here already. */
async function linkDependencies(modules: string): Promise<void> {
  const from = join(ROOT, 'node_modules');
  for (const name of await readdir(from)) {
    if (name.startsWith('.') || name === 'lro-orchestrator') continue;
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(from, name), join(modules, name));
  }
}

/** Runs a program of Node in the project; its standard output. */
export async function node(folder: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [...args], { cwd: folder, maxBuffer: 10_000_000 });
  return stdout;
}
