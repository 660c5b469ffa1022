import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';

/** The files that run in a process of their own, by the names of their bundles. */
const PROCESSES = {
  peer: 'bench/peers/peer-process.ts',
  burst: 'bench/embedded/burst-process.ts',
  load: 'bench/steady/load-process.ts',
};

/**
 * Compiles the processes of the benchmarks in a checkout, so that a benchmark does not measure a TypeScript loader. The modules of the
 * checkout become few files, and packages stay packages, as in the package of this project. Returns the paths of the compiled processes.
 */
export async function compile(checkout: string): Promise<Record<keyof typeof PROCESSES, string>> {
  const out = join(checkout, 'bench', 'peers', 'dist');
  await rm(out, { recursive: true, force: true });
  await build({
    absWorkingDir: checkout,
    entryPoints: PROCESSES,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outdir: out,
    packages: 'external',
    minifySyntax: true,
    logLevel: 'error',
    plugins: [sourceUrls],
  });
  const path = (name: string) => join(out, `${name}.js`);
  return { peer: path('peer'), burst: path('burst'), load: path('load') };
}

/** `import.meta.url` stays that of the source, beside which SQL and other files are. */
const sourceUrls: Plugin = {
  name: 'source-urls',
  setup(esbuild) {
    esbuild.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: source.replaceAll('import.meta.url', url), loader: 'ts' };
    });
  },
};

/** The folder in the checkout for the package, which is built as for a release. */
const PACKAGE = join('bench', 'peers', 'dist', 'package');

export async function buildPackage(checkout: string): Promise<void> {
  await promisify(execFile)(process.execPath, [join('packaging', 'build.js'), PACKAGE], { cwd: checkout });
}

/** The path of the command `lro` in the package of `buildPackage`. */
export function commandOf(checkout: string): string {
  return join(checkout, PACKAGE, 'bin', 'lro.js');
}
