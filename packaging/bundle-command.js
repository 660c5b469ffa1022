// Makes one program of the command `lro`: its files and those of its packages in few, loaded in half the time.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from './bundle-options.js';
import { licencesOf } from './licences.js';

/** What stays a package: native code, what a user may install or not, and clients that few commands load. */
const PACKAGES = [
  'libsql',
  '@grpc/*',
  '@google-cloud/*',
  '@opentelemetry/*',
  'google-auth-library',
  'google-gax',
];

/** Replaces `bin/` in `folder`, which TypeScript has made, by the bundle. The files at its side that others import stay. */
export async function bundleCommand(folder) {
  const out = await mkdtemp(join(folder, 'bin-'));
  const { metafile } = await build({
    ...bundleOptions(folder),
    entryPoints: ['bin/lro.js'],
    outdir: out,
    external: PACKAGES,
    minifyWhitespace: true,
    metafile: true,
    // CommonJS packages in it ask for modules of Node.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
    },
  });
  await writeFile(join(out, 'LICENSES.txt'), await licencesOf(folder, Object.keys(metafile.inputs)));
  await rm(join(folder, 'bin'), { recursive: true });
  await rename(out, join(folder, 'bin'));
}
