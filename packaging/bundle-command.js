// Makes one program of the command `lro`: its files and those of its packages in few, loaded in half the time.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { licencesOf } from './licences.js';
import { sourceUrls } from './source-urls.js';

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
    absWorkingDir: folder,
    entryPoints: ['bin/lro.js'],
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outdir: out,
    external: PACKAGES,
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    logLevel: 'warning',
    // CommonJS packages in it ask for modules of Node.
    banner: {
      js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
    },
    plugins: [sourceUrls(folder)],
  });
  await writeFile(join(out, 'LICENSES.txt'), await licencesOf(folder, Object.keys(metafile.inputs)));
  await rm(join(folder, 'bin'), { recursive: true });
  await rename(out, join(folder, 'bin'));
}
