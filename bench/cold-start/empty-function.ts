import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Functions that do nothing, with the client libraries of ours: what a cold start costs whatever one does. */
export const EMPTY = {
  /** Imports them. */
  imports: `
import '@google-cloud/pubsub';
import '@google-cloud/spanner';
import { http } from '@google-cloud/functions-framework';
http('empty', (_, response) => response.json({}));
`,
  /** Opens them, and makes the one call that no answer can do without: a read of one row. */
  read: `
import { PubSub } from '@google-cloud/pubsub';
import { Spanner } from '@google-cloud/spanner';
import { http } from '@google-cloud/functions-framework';
const { PROJECT_ID: projectId, SPANNER_INSTANCE: instance, SPANNER_DATABASE: database } = process.env;
new PubSub({ projectId });
const table = new Spanner({ projectId }).instance(instance).database(database).table('Operations');
http('empty', async (_, response) => {
  await table.read({ columns: ['key'], keys: ['operations/one'], limit: 1 });
  response.json({});
});
`,
} as const;

/** A new folder with it and with the packages of this repository, as they are installed. */
export async function writeEmptyFunction(kind: keyof typeof EMPTY): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `lro-empty-${kind}-`));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', main: 'index.js' }));
  await writeFile(join(folder, 'index.js'), EMPTY[kind]);
  await symlink(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  return folder;
}
