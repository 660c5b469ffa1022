// The copies in CommonJS of packages that are ES modules only. Node can `require` an ES module; Jest cannot, nor can a bundler of CommonJS.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from './licences.js';

/** A test names the ones that are missing here. */
const PACKAGES = ['p-map', 'p-retry'];
const FOLDER = 'packages';

/** Writes the copies and their licences into `folder`. */
export async function writeCommonJsPackages(folder) {
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: Object.fromEntries(PACKAGES.map((name) => [name, name])),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    outdir: FOLDER,
    metafile: true,
    logLevel: 'warning',
  });
  await writeFile(
    join(folder, FOLDER, 'LICENSES.txt'),
    await licencesOf(folder, Object.keys(metafile.inputs)),
  );
}

/** Changes the imports of these packages in a CommonJS file to those of the copies. `toFolder` leads from the file to the folder. */
export function requireCopies(code, toFolder) {
  return PACKAGES.reduce(
    (changed, name) =>
      changed.replaceAll(`require("${name}")`, `require("${toFolder}/${FOLDER}/${name}.js")`),
    code,
  );
}
