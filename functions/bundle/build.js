// Builds `dist/functions` from the sources: all code of the functions and of the packages that they use in one file, and
// the code that V8 compiles of it. Only the functions-framework stays outside, because it runs first and has the registry.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { clientLibraries } from './client-libraries.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = join(root, process.argv[2] ?? 'dist/functions');
const FRAMEWORK = '@google-cloud/functions-framework';
/** The optional packages of shared/telemetry/sdk-providers.ts. The bundle contains them only if the build asks for them. */
const TELEMETRY =
  /^@opentelemetry\/(exporter-(metrics|trace)-otlp-proto|resources|sdk-metrics|sdk-trace-base)$/;
const withTelemetry = (process.env.NPM_CONFIG_INCLUDE ?? process.env.npm_config_include ?? '').includes(
  'optional',
);

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  // A warning names a path or a package that the bundle would lack at run time.
  logLevel: 'silent',
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await bundle();
await build({
  ...common,
  entryPoints: { start: 'functions/bundle/start.ts', 'warm-up': 'functions/bundle/warm-up.ts' },
  external: [FRAMEWORK, '@grpc/grpc-js'],
  format: 'esm',
  outdir: out,
  outExtension: { '.js': '.mjs' },
});
compile();

async function bundle() {
  const { warnings, metafile } = await build({
    ...common,
    entryPoints: { functions: 'functions/register-function.ts' },
    external: [FRAMEWORK],
    format: 'cjs',
    outdir: out,
    outExtension: { '.js': '.cjs' },
    metafile: true,
    banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
    footer: { js: '})' },
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'external',
    sourcemap: 'external',
    sourcesContent: false,
    plugins: [sourceUrls(), clientLibraries(), ...(withTelemetry ? [] : [withoutTelemetry()])],
  });
  if (warnings.length > 0)
    throw new Error(warnings.map(({ text, location }) => `${location?.file}: ${text}`).join('\n'));
  await nameSources();
  const files = Object.keys(metafile.inputs).length;
  console.log(`functions: ${files} files in one of ${kibibytes('functions.cjs')}`);
}

/** Sources by their path in the repository. */
async function nameSources() {
  const file = join(out, 'functions.cjs.map');
  const map = JSON.parse(await readFile(file, 'utf8'));
  map.sources = map.sources.map((source) => source.replace(/^(\.\.\/)+/, ''));
  await writeFile(file, JSON.stringify(map));
}

/**
 * Starts each function, and stores the code that V8 has compiled. Each start begins with the cache of the start before, so the
 * last cache has the code of all functions.
 */
function compile() {
  for (const target of ['sweep', 'resume', 'console', 'operations', 'on-lifecycle-event']) {
    const { status, stderr } = spawnSync(process.execPath, [join(out, 'warm-up.mjs')], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: '', FUNCTION_TARGET: target },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`the start of ${target} failed: ${stderr}`);
  }

  rmSync(join(out, 'warm-up.mjs'));
  console.log(`functions: a code cache of ${kibibytes('functions.cache')}, by Node ${process.version}`);
}

/** In the bundle, too, `import.meta.url` is the URL of the source, because the code finds files relative to it. */
function sourceUrls() {
  return {
    name: 'source-urls',
    setup(esbuild) {
      esbuild.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        if (!source.includes('import.meta.url')) return undefined;
        const place = JSON.stringify(relative(out, path));
        const url = `require('node:url').pathToFileURL(require('node:path').join(__dirname, ${place})).href`;
        return { contents: source.replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}

/** The Spanner client depends on some of them too. */
function withoutTelemetry() {
  return {
    name: 'without-telemetry',
    setup(esbuild) {
      esbuild.onResolve({ filter: TELEMETRY }, ({ path, importer }) =>
        importer.includes('node_modules') ? undefined : { path, external: true },
      );
    },
  };
}

function kibibytes(file) {
  return `${Math.round(statSync(join(out, file)).size / 1024)} KiB`;
}
