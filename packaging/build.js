// Builds `dist/`, the content of the package: the entries as bundles of ES modules in `dist/modules`, the types of each module, and the same
// modules as CommonJS in `dist/cjs`, one file per source file, because esbuild shares no code between bundles of CommonJS.
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { bundleCommand } from './bundle-command.js';
import { bundleEntries } from './bundle-entries.js';
import { requireCopies, writeCommonJsPackages } from './common-js-packages.js';
import { writeDeployment } from './deployment.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, process.argv[2] ?? 'dist');
/** What a user imports, by the name of its bundle. */
const ENTRIES = {
  client: 'shared/client/index.js',
  worker: 'shared/worker/index.js',
  testing: 'testing/index.js',
  workflows: 'executor/index.js',
  functions: 'functions/exports.js',
};
/** The package.json of CommonJS. A bundle for browsers has nothing in place of the library, which gives a page no token. */
const COMMON_JS = { type: 'commonjs', browser: { 'google-auth-library': false } };
/** The `main` of package.json, by which the functions-framework starts a function. */
const MAIN = 'functions/index.js';
const RELATIVE_IMPORT = /(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+\.js)['"]/g;
const IMPORT_HELPER = '__rewriteRelativeImportExtension';
const ASSETS = [
  'proto/generated',
  'shared/spanner/schema',
  'local/sqlite/schema',
  'local/sqlite/thread/thread.mjs',
  'workflows/parallel-poll.yaml',
  'executor/connectors/connectors.txt',
  'console/dist',
];

await rm(out, { recursive: true, force: true });
await compile('tsconfig.json');
// Types are written for the entries, and for the types that the entries use.
await compile('tsconfig.types.json');
for (const asset of ASSETS) await cp(join(root, asset), join(out, asset), { recursive: true });
await rewriteTypes();
await unwrapImports();
await writeDeployment(root, join(out, 'deployment'));
await writeCommonJs();
await bundleCommand(out);
await bundleEntries(out, { modules: ENTRIES, functions: { index: MAIN } }, { browser: ENTRIES.client });

async function compile(config) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', join(root, 'packaging', config), '--outDir', out];
  await promisify(execFile)(process.execPath, args).catch(({ stdout }) => {
    throw new Error(stdout);
  });
}

async function writeCommonJs() {
  const cjs = join(out, 'cjs');
  for (const path of await closure(Object.values(ENTRIES))) {
    const to = join(cjs, path);
    await mkdir(dirname(to), { recursive: true });
    const code = await commonJs(await readFile(join(out, path), 'utf8'));
    await writeFile(to, requireCopies(code, relative(dirname(to), cjs)));
  }
  for (const path of await closure(Object.values(ENTRIES).map(typesOf))) {
    await mkdir(dirname(join(cjs, path)), { recursive: true });
    await cp(join(out, path), join(cjs, path));
  }
  for (const asset of ASSETS) {
    if (!asset.startsWith('proto')) await cp(join(out, asset), join(cjs, asset), { recursive: true });
  }
  await writeCommonJsPackages(cjs);
  await writeFile(join(cjs, 'package.json'), `${JSON.stringify(COMMON_JS)}\n`);
}

/** Returns the entries and all files that they import, directly or indirectly. Types import types. */
async function closure(entries) {
  const found = new Set(entries);
  for (const path of found) {
    const source = await readFile(join(out, path), 'utf8');
    for (const [, specifier] of source.matchAll(RELATIVE_IMPORT)) {
      const imported = join(dirname(path), specifier);
      found.add(path.endsWith('.d.ts') ? typesOf(imported) : imported);
    }
  }
  return found;
}

/** Changes the `.ts` extensions that TypeScript leaves in the imports of types to `.js`. */
function rewriteTypes() {
  return rewrite('.d.ts', (source) => source.replace(/(['"]\.{1,2}\/[^'"\n]+)\.ts(['"])/g, '$1.js$2'));
}

/**
 * TypeScript wraps an import of a computed name in a helper of 200 bytes, which changes `.ts` to `.js` in a relative name. No such import
 * has a relative name, and the client of browsers must stay small.
 */
function unwrapImports() {
  const definition = new RegExp(`^var ${IMPORT_HELPER} = .*?^};\n`, 'ms');
  return rewrite('.js', (source) => source.replace(definition, '').replaceAll(`${IMPORT_HELPER}(`, '('));
}

/** Changes the files of the package whose names end so. A file that stays the same is not written. */
async function rewrite(ending, change) {
  const files = await readdir(out, { recursive: true });
  for (const path of files.filter((file) => file.endsWith(ending))) {
    const source = await readFile(join(out, path), 'utf8');
    const changed = change(source);
    if (changed !== source) await writeFile(join(out, path), changed);
  }
}

function typesOf(path) {
  return path.replace(/\.js$/, '.d.ts');
}

async function commonJs(source) {
  const usesUrl = source.includes('import.meta.url');
  const { code } = await transform(source, {
    format: 'cjs',
    target: 'node20',
    platform: 'node',
    define: { 'import.meta.url': '__importMetaUrl' },
    ...(usesUrl && { banner: `const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;` }),
  });
  // Jest gives CommonJS no `import()`.
  return code.replace(/\bimport\(("\.{1,2}\/[^"]+")\)/g, 'Promise.resolve().then(() => require($1))');
}
