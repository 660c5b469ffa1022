import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Read at run time from beside the code, and no code. */
const BESIDE = ['local/sqlite/schema', 'shared/spanner/schema', 'workflows', 'proto/generated'];

/**
 * Compiles a checkout and its peer's process to JavaScript, as a package would have them: a loader that compiles while the
 * program starts would be measured with it. Returns the file of the process.
 */
export async function compilePeer(checkout: string): Promise<string> {
  const folder = join(checkout, 'bench', 'peers');
  const out = join(folder, 'dist');
  await rm(out, { recursive: true, force: true });
  const compiler = join(checkout, 'node_modules', 'typescript', 'bin', 'tsc');
  // What does not type-check is still compiled: another commit may have other names for what nothing here calls.
  const compiling = promisify(execFile)(process.execPath, [compiler, '-p', folder]);
  const problems = await compiling.then(
    () => undefined,
    ({ stdout }: { stdout?: string }) => stdout,
  );
  for (const path of BESIDE) {
    await cp(join(checkout, path), join(out, path), { recursive: true, force: true }).catch(ignoreMissing);
  }
  const file = join(out, 'bench', 'peers', 'peer-process.js');
  if (problems !== undefined) console.error(`Compiled in spite of: ${problems.split('\n')[0]}`);
  return file;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
