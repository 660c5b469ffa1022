import { readdirSync, readFileSync } from 'node:fs';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { Connection } from './connection.ts';

const FOLDER = new URL('./schema/', import.meta.url);

/**
 * Applies the numbered files that the database does not have yet. A released file never changes.
 *
 * @throws Failure of the kind `precondition` if a newer release has written the database, because this release does not
 * know its content
 */
export function migrate(connection: Connection): void {
  const files = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const newest = files.map(versionOf).at(-1) ?? 0;
  connection.transaction(() => {
    const applied = connection.query<[number]>('PRAGMA user_version').first([])?.[0] ?? 0;
    if (applied > newest) {
      throw new Failure(
        'precondition',
        `${connection.file} has version ${applied} of the schema, and this release knows version ${newest} at most: ` +
          'open it with the release that wrote it, or with a newer one.',
      );
    }
    for (const name of files) {
      const version = versionOf(name);
      if (version <= applied) continue;
      connection.execute(readFileSync(new URL(name, FOLDER), 'utf8'));
      connection.execute(`PRAGMA user_version = ${version}`);
    }
  });
}

function versionOf(name: string): number {
  return Number.parseInt(name, 10);
}
