// Builds `dist/`, what the package is made of: ES modules and types by TypeScript, beside them the same as CommonJS in
// `dist/cjs`, each file by itself, so that both look for SQL and YAML files at the same places.
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, process.argv[2] ?? 'dist');
const ENTRIES = [
  'shared/client/index.js',
  'shared/worker/index.js',
  'testing/index.js',
  'executor/index.js',
  'functions/exports.js',
];
const ASSETS = [
  'proto/generated',
  'shared/spanner/schema',
  'local/sqlite/schema',
  'workflows/parallel-poll.yaml',
];

await rm(out, { recursive: true, force: true });
await promisify(execFile)(process.execPath, [
  join(root, 'node_modules/typescript/bin/tsc'),
  ...['-p', join(root, 'tsconfig.package.json'), '--outDir', out],
]).catch(({ stdout }) => {
  throw new Error(stdout);
});
for (const asset of ASSETS) await cp(join(root, asset), join(out, asset), { recursive: true });
await writeCommonJs();

async function writeCommonJs() {
  const cjs = join(out, 'cjs');
  const files = await closure(ENTRIES);
  for (const path of files) {
    const to = join(cjs, path);
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, await commonJs(await readFile(join(out, path), 'utf8')));
    const types = path.replace(/\.js$/, '.d.ts');
    await cp(join(out, types), join(cjs, types));
  }
  for (const asset of ASSETS) {
    if (!asset.startsWith('proto')) await cp(join(out, asset), join(cjs, asset), { recursive: true });
  }
  await cp(join(out, 'proto/generated/messages.d.ts'), join(cjs, 'proto/generated/messages.d.ts'));
  await writeFile(join(cjs, 'package.json'), '{"type":"commonjs"}\n');
}

/** The files that the entries import, and those that these do. */
async function closure(entries) {
  const found = new Set(entries);
  for (const path of found) {
    const source = await readFile(join(out, path), 'utf8');
    for (const [, specifier] of source.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+\.js)['"]/g)) {
      found.add(join(dirname(path), specifier));
    }
  }
  return found;
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
  return code;
}
