// Builds what the code reads of the .proto files: `generated/schema.js`, the reflection tree that protobufjs encodes,
// decodes and describes messages with, and `generated/messages.d.ts`, their TypeScript interfaces.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = join(here, 'generated');

const { pbjs, pbts } = loadCli();
if (!pbjs) {
  // An install without development dependencies ships what was built before.
  console.log('proto: protobufjs-cli is not installed, keeping what is in proto/generated');
  process.exit(0);
}

const files = (await readdir(here, { recursive: true }))
  .filter((file) => file.endsWith('.proto'))
  .sort()
  .map((file) => join(here, file));
await mkdir(out, { recursive: true });

const run = promisify(pbjs.main);
const source = ['--path', here, ...files];
await run([
  ...['--target', 'json-module', '--wrap', 'es6', '--dependency', 'protobufjs/light.js', '--root', 'lro'],
  ...['--out', join(out, 'schema.js'), ...source],
]);
// protobufjs is CommonJS without named exports that Node could see: only its default import has `roots`.
const generated = await readFile(join(out, 'schema.js'), 'utf8');
await writeFile(join(out, 'schema.js'), generated.replace('import * as $protobuf', 'import $protobuf'));
await writeFile(
  join(out, 'schema.d.ts'),
  `import type { Root } from 'protobufjs';\ndeclare const root: Root;\nexport default root;\n`,
);
// Only the interfaces are used of the static target: the code itself would bring a second, reflection-less codec.
const scratch = await mkdtemp(join(tmpdir(), 'lro-proto-'));
await run(['--target', 'static-module', '--wrap', 'es6', '--out', join(scratch, 'static.js'), ...source]);
await promisify(pbts.main)(['--out', join(out, 'messages.d.ts'), join(scratch, 'static.js')]);
await rm(scratch, { recursive: true });

function loadCli() {
  const require = createRequire(import.meta.url);
  try {
    return { pbjs: require('protobufjs-cli/pbjs'), pbts: require('protobufjs-cli/pbts') };
  } catch {
    return {};
  }
}
