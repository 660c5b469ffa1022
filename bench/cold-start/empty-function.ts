import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Minimal functions with the Google Cloud libraries that this project uses: the least cost of a cold start. */
export const EMPTY = {
  /** Imports the libraries. */
  imports: `
import '@google-cloud/pubsub';
import '@google-cloud/spanner';
import { http } from '@google-cloud/functions-framework';
http('empty', (_, response) => response.json({}));
`,
  /** Opens the clients and reads one row, which every real answer needs. */
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

/** Creates a folder with the function and with the installed packages of this repository. */
export async function writeEmptyFunction(kind: keyof typeof EMPTY): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `lro-empty-${kind}-`));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', main: 'index.js' }));
  await writeFile(join(folder, 'index.js'), EMPTY[kind]);
  await symlink(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  return folder;
}
