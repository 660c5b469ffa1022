/**
 * The programs that tests start in processes of their own, each bundled once a run: a bundle starts in a sixth of the
 * processor time that tsx takes to compile and to load hundreds of files.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const PROGRAMS = [
  'bench/main.ts',
  'bin/lro.ts',
  'examples/demo.ts',
  'executor/main.ts',
  'local/doctor/doctor.ts',
  'local/start.ts',
  'test/bus/killed-process.ts',
  'test/functions/registered-target.ts',
  'test/messages/conformance/testee.ts',
  'test/store/committing-writer.ts',
  'test/telemetry/loaded-modules.ts',
  'test/worker/pushed-worker.ts',
  'test/worker/served-worker.ts',
] as const;

export type Program = (typeof PROGRAMS)[number];

/** Writes the bundle of each program to `folder`, by the program's path with the extension `.js`. */
export async function bundlePrograms(folder: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: PROGRAMS.map((program) => ({
      in: `program:${program}`,
      out: program.slice(0, -'.ts'.length),
    })),
    outdir: folder,
    plugins: [entryPoints, sourceUrls],
    ...{ bundle: true, splitting: true, platform: 'node', target: 'node20', format: 'esm' },
    // The field sideEffects of package.json is about the files of dist/.
    ...{ packages: 'external', ignoreAnnotations: true, logLevel: 'warning' },
  });
}

/** Starts a program with its source as the main file, by which a module knows that it is the program. */
const entryPoints: Plugin = {
  name: 'entry-points',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^program:/ }, ({ path }) => ({
      path: join(ROOT, path.slice('program:'.length)),
      namespace: 'program',
    }));
    onLoad({ filter: /./, namespace: 'program' }, ({ path }) => ({
      contents: `process.argv[1] = ${JSON.stringify(path)}; await import(${JSON.stringify(path)});`,
      resolveDir: ROOT,
    }));
  },
};

/** Keeps the URL of each source, because SQL and other files are found by it. */
const sourceUrls: Plugin = {
  name: 'source-urls',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: 'ts' };
    });
  },
};
