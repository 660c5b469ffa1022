// The last step of `gcp-build`: replaces package.json with one that lists only the bundle and the functions-framework. So the
// `npm prune` of `gcp-build` and of the platform remove all other packages. Do not run it in a checkout.
import { readFile, writeFile } from 'node:fs/promises';

const file = new URL('../../package.json', import.meta.url);
const { name, version, type, engines, dependencies } = JSON.parse(await readFile(file, 'utf8'));
const framework = '@google-cloud/functions-framework';
const deployed = {
  name,
  version,
  type,
  // The file extension tells the framework that the file is an ES module.
  main: 'dist/functions/start.mjs',
  engines,
  dependencies: { [framework]: dependencies[framework] },
};
await writeFile(file, `${JSON.stringify(deployed, null, 2)}\n`);
