import { readFileSync } from 'node:fs';

/** Returns the version of a package that the benchmark has installed. */
export function packageVersion(name: string): string {
  for (let folder = new URL('./', import.meta.url); ; folder = new URL('../', folder)) {
    try {
      const file = new URL(`node_modules/${name}/package.json`, folder);
      return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    } catch (error) {
      if (folder.pathname === '/') throw error;
    }
  }
}
