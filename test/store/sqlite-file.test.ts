/** Files that the store on SQLite must not open. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteStore } from '../../local/sqlite/store.ts';
import { openThreadedConnection } from '../../local/sqlite/thread/threaded-connection.ts';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lro-file-'));
  file = join(folder, 'store.db');
});
afterEach(() => rm(folder, { recursive: true }));

it('refuses a database of a newer release with both versions, and leaves it as it is', async () => {
  await (await openSqliteStore({ file })).close();
  const version = () => {
    const connection = openThreadedConnection(file);
    const [found] = connection.query<[number]>('PRAGMA user_version').first([]) ?? [];
    connection.close();
    return found ?? 0;
  };
  const known = version();
  const connection = openThreadedConnection(file);
  connection.execute('PRAGMA user_version = 99');
  connection.close();
  const opening = openSqliteStore({ file });
  await expect(opening).rejects.toMatchObject({ name: 'Failure', kind: 'precondition' });
  await expect(opening).rejects.toThrow(`${file} has version 99 of the schema`);
  await expect(opening).rejects.toThrow(`knows version ${known} at most`);
  expect(version()).toBe(99);
});

it('names a file that is no database', async () => {
  await writeFile(
    file,
    'This is a text, and long enough to be taken for the header of a database.'.repeat(20),
  );
  const opening = openSqliteStore({ file });
  await expect(opening).rejects.toMatchObject({ name: 'Failure' });
  await expect(opening).rejects.toThrow(file);
});

it('names a file whose folder is missing', async () => {
  const missing = join(folder, 'missing', 'store.db');
  await expect(openSqliteStore({ file: missing })).rejects.toThrow(missing);
});
