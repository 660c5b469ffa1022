// Builds what the code reads of the .proto files:
//
// - `generated/descriptors.js`: the descriptor set, from which @bufbuild/protobuf reads and writes JSON and events;
//   `generated/**/*_pb.d.ts` are the TypeScript types of its messages.
// - `generated/schema.js`: the reflection tree with which protobufjs encodes and decodes what Google's client libraries
//   carry; `generated/messages.d.ts` are the TypeScript interfaces of its messages.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const out = join(here, 'generated');

const { pbjs, pbts, buf, protocGenEs } = loadTools();
if (!pbjs) {
  // An install without development dependencies ships what was built before.
  console.log('proto: the generators are not installed, proto/generated stays as it is');
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
// protobufjs is CommonJS without named exports that Node could see: only its default import has `Root`.
// The root belongs to the file and not to protobufjs: a process may load the package twice, as ES modules and as CommonJS, and both copies
// share protobufjs.
const generated = await readFile(join(out, 'schema.js'), 'utf8');
await writeFile(
  join(out, 'schema.js'),
  replaced(
    replaced(generated, 'import * as $protobuf', 'import $protobuf'),
    '($protobuf.roots["lro"] || ($protobuf.roots["lro"] = new $protobuf.Root()))',
    'new $protobuf.Root()',
  ),
);
await writeFile(
  join(out, 'schema.d.ts'),
  `import type { Root } from 'protobufjs';\ndeclare const root: Root;\nexport default root;\n`,
);
// Only the interfaces are used of the static target: the code itself would bring a second, reflection-less codec.
const scratch = await mkdtemp(join(tmpdir(), 'lro-proto-'));
await run(['--target', 'static-module', '--wrap', 'es6', '--out', join(scratch, 'static.js'), ...source]);
await promisify(pbts.main)(['--out', join(out, 'messages.d.ts'), join(scratch, 'static.js')]);

const node = promisify(execFile);
const descriptorSet = join(scratch, 'descriptors.binpb');
await node(process.execPath, [
  ...[buf, 'build', here, '--as-file-descriptor-set', '--exclude-source-info', '-o', descriptorSet],
]);
const base64 = (await readFile(descriptorSet)).toString('base64');
await writeFile(join(out, 'descriptors.js'), `export default '${base64}';\n`);
await writeFile(
  join(out, 'descriptors.d.ts'),
  `/** A google.protobuf.FileDescriptorSet in base64. */\ndeclare const descriptorSet: string;\nexport default descriptorSet;\n`,
);
const plugin = { local: [process.execPath, protocGenEs], out, opt: ['target=dts', 'import_extension=js'] };
await node(process.execPath, [
  ...[buf, 'generate', here, '--template', JSON.stringify({ version: 'v2', plugins: [plugin] })],
]);
await rm(scratch, { recursive: true });

function replaced(text, part, by) {
  if (!text.includes(part)) throw new Error(`schema.js lacks ${part}`);
  return text.replace(part, by);
}

function loadTools() {
  const require = createRequire(import.meta.url);
  try {
    return {
      pbjs: require('protobufjs-cli/pbjs'),
      pbts: require('protobufjs-cli/pbts'),
      buf: require.resolve('@bufbuild/buf/bin/buf'),
      protocGenEs: require.resolve('@bufbuild/protoc-gen-es/bin/protoc-gen-es'),
    };
  } catch {
    return {};
  }
}
