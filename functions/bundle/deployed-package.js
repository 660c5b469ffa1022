// The last step of `gcp-build`: package.json becomes that of what is deployed, the bundle and the functions-framework. So the
// prunes of npm that follow, of `gcp-build` and of the platform, leave nothing else. Never to be run in a checkout.
import { readFile, writeFile } from 'node:fs/promises';

const file = new URL('../../package.json', import.meta.url);
const { name, version, type, engines, dependencies } = JSON.parse(await readFile(file, 'utf8'));
const framework = '@google-cloud/functions-framework';
const deployed = {
  name,
  version,
  type,
  // By its ending the framework knows it for an ES module, without looking for a package.json.
  main: 'dist/functions/start.mjs',
  engines,
  dependencies: { [framework]: dependencies[framework] },
};
await writeFile(file, `${JSON.stringify(deployed, null, 2)}\n`);
