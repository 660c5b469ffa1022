/** The package as a user has it: packed by npm, and unpacked into a project of its own. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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

/**
 * Packs what is committed or not. `npm pack` would make again what `npm ci` has made (the messages, the console), under the
 * other tests that read it: only the build of the package itself is run.
 */
export async function packInto(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'lro-package-'));
  const stdout = await alone(async () => {
    await run(process.execPath, ['packaging/build.js'], { cwd: ROOT });
    const args = ['pack', '--ignore-scripts', '--json', '--silent', '--pack-destination', folder];
    return (await run('npm', args, { cwd: ROOT, maxBuffer: 10_000_000 })).stdout;
  });
  const answer = JSON.parse(
    stdout.slice(stdout.indexOf('[') < 0 ? stdout.indexOf('{') : stdout.indexOf('[')),
  );
  const [{ filename, files }] = (Array.isArray(answer) ? answer : Object.values(answer)) as [
    { filename: string; files: { path: string }[] },
  ];
  const tarball = join(folder, filename);
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  await linkDependencies(modules);
  const packageFolder = join(modules, 'lro-orchestrator');
  await mkdir(packageFolder);
  await run('tar', ['-xzf', tarball, '-C', packageFolder, '--strip-components=1']);
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  return { folder, tarball, packageFolder, files: files.map(({ path }) => path) };
}

const LOCK = join(ROOT, 'node_modules/.lro-pack-lock');
/** Longer than a build takes on a busy machine. */
const LOCK_LIFE_MS = 300_000;

/** Two test files pack, each in a process of its own, and build into the same folder. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  await until('the other test file to have packed', takeLock, 170_000);
  try {
    return await work();
  } finally {
    await rm(LOCK, { recursive: true });
  }
}

async function takeLock(): Promise<boolean> {
  try {
    await mkdir(LOCK);
    return true;
  } catch {
    const held = await stat(LOCK).catch(() => undefined);
    // The run that had it was killed.
    if (held && Date.now() - held.mtimeMs > LOCK_LIFE_MS) await rm(LOCK, { recursive: true, force: true });
    return false;
  }
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
