import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Folders with data files that the code reads at run time. The compiler does not copy them. */
const BESIDE = [
  'local/sqlite/schema',
  'local/sqlite/thread/thread.mjs',
  'shared/spanner/schema',
  'workflows',
  'proto/generated',
];

/** Compiles a checkout and its peer process. Returns the path of the compiled peer process. */
export async function compilePeer(checkout: string): Promise<string> {
  return join(await compile(checkout), 'bench', 'peers', 'peer-process.js');
}

/**
 * Compiles a checkout and the processes of its benchmarks to JavaScript, so that a benchmark does not measure a TypeScript loader.
 * Returns the folder, in which the files have the paths that they have in the checkout.
 */
export async function compile(checkout: string): Promise<string> {
  const folder = join(checkout, 'bench', 'peers');
  const out = join(folder, 'dist');
  await rm(out, { recursive: true, force: true });
  const compiler = join(checkout, 'node_modules', 'typescript', 'bin', 'tsc');
  // tsc emits code despite type errors: an older checkout may lack names that this benchmark does not call.
  const compiling = promisify(execFile)(process.execPath, [compiler, '-p', folder]);
  const problems = await compiling.then(
    () => undefined,
    ({ stdout }: { stdout?: string }) => stdout,
  );
  for (const path of BESIDE) {
    await cp(join(checkout, path), join(out, path), { recursive: true, force: true }).catch(ignoreMissing);
  }
  if (problems !== undefined) console.error(`Compiled in spite of: ${problems.split('\n')[0]}`);
  return out;
}

/** The folder in the checkout for the package, which is built as for a release. */
const PACKAGE = join('bench', 'peers', 'dist', 'package');

export async function buildPackage(checkout: string): Promise<void> {
  await promisify(execFile)(process.execPath, [join('packaging', 'build.js'), PACKAGE], { cwd: checkout });
  // The package contains sources for deployments, which the compiler would confuse with those of the checkout.
  await rm(join(checkout, PACKAGE, 'deployment'), { recursive: true, force: true });
}

/** The path of the command `lro` in the package of `buildPackage`. */
export function commandOf(checkout: string): string {
  return join(checkout, PACKAGE, 'bin', 'lro.js');
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
