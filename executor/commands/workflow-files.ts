import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './command-line.ts';

/** Returns the file at the path. For a folder, returns the files below it that `accepts` accepts, in order of their names. */
export function filesBelow(path: string, accepts: (name: string) => boolean): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
  if (!isFolder) return [path];
  return readdirSync(path, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) {
        return entry.name === 'node_modules' || entry.name === '.git' ? [] : filesBelow(inner, accepts);
      }
      return accepts(entry.name) ? [inner] : [];
    });
}
