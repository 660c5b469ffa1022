import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A library in C that a process preloads (LD_PRELOAD), and that changes the results of system calls. */
export interface NativeLibrary {
  readonly file: string;
  /** A new folder for the files that the library reads. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Resolves to undefined if this machine has no C compiler. */
export async function compileLibrary(source: string): Promise<NativeLibrary | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'lro-library-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const [sourceFile, file] = [join(folder, 'library.c'), join(folder, 'library.so')];
  await writeFile(sourceFile, source);
  const { status } = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', file, sourceFile, '-ldl']);
  if (status === 0) return { file, folder, remove };
  await remove();
  return undefined;
}
