import { mkdirSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder at a path that a user gave, with the folders above it, unless it is there.
 *
 * The recursive `mkdir` of Node 20 never returns where a file system has no place for a new folder and says ENOENT, as below
 * `/proc`: it then makes the parent, which is there, and tries again. Here each folder is made once.
 *
 * @throws Error that names the folder
 */
export function makeFolder(path: string): void {
  try {
    for (const folder of missingFolders(resolve(path))) makeOne(folder);
  } catch (error) {
    throw new Error(`The folder ${path} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

/** The folders that are not there, the outermost first. */
function missingFolders(path: string): readonly string[] {
  const stats = statsOf(path);
  if (stats?.isDirectory()) return [];
  if (stats) throw new Error(`${path} is a file`);
  const parent = dirname(path);
  return parent === path ? [path] : [...missingFolders(parent), path];
}

/** undefined where nothing is at the path. Below a file, Node 20 and 22 throw ENOTDIR, and Node 24 returns undefined. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process has made it in between.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
