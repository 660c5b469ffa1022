/** The package as a user has it: packed by npm, and unpacked into a project of its own. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Packed {
  /** The project; the package is in its `node_modules`. */
  readonly folder: string;
  readonly tarball: string;
  readonly packageFolder: string;
  readonly files: readonly string[];
}

/** Packs what is committed or not: `prepack` builds it. */
export async function packInto(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'lro-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    maxBuffer: 10_000_000,
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
