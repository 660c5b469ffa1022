import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './command-line.ts';

/** The files that a path names: itself, or those below the folder that `accepts` takes, in order of their names. */
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
