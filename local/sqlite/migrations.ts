import { readdirSync, readFileSync } from 'node:fs';
import type { Connection } from './connection.ts';

const FOLDER = new URL('./schema/', import.meta.url);

/** Applies the numbered files that the database has not seen. A file never changes once released. */
export function migrate(connection: Connection): void {
  connection.transaction(() => {
    const applied = connection.query<[number]>('PRAGMA user_version').first([])?.[0] ?? 0;
    for (const name of readdirSync(FOLDER).sort()) {
      const version = Number.parseInt(name, 10);
      if (version <= applied) continue;
      connection.execute(readFileSync(new URL(name, FOLDER), 'utf8'));
      connection.execute(`PRAGMA user_version = ${version}`);
    }
  });
}
