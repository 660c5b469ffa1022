/** What npm would publish: its files, its entries in both module systems, and its command. */
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectFiles } from '../../bin/project-files.ts';
import { importsOf } from './entry-imports.ts';
import { node, type Packed, packInto, ROOT } from './packed.ts';

/** What `lro deploy` uploads: sources, which Cloud Build compiles. */
const DEPLOYMENT = 'dist/deployment/';
const ENTRIES = ['', '/worker', '/testing', '/workflows', '/functions'];

/** As a cell of the table in docs/package.md. */
function listed(packages: readonly string[]): string {
  const names = packages.map((name) => (name.startsWith('@opentelemetry/') ? '@opentelemetry/*' : name));
  return [...new Set(names)].map((name) => `\`${name}\``).join(', ') || 'none';
}

let packed: Packed;
beforeAll(async () => {
  packed = await packInto();
});
afterAll(() => rm(packed.folder, { recursive: true, force: true }));

describe('the package', () => {
  it('has its licence, its entries and what they read, and nothing of tests, sources or this machine', async () => {
    const { files } = packed;
    for (const file of [
      ...['LICENSE', 'NOTICE', 'README.md', 'CHANGELOG.md', 'package.json', 'dist/bin/lro.js'],
      ...['dist/modules/client.js', 'dist/cjs/shared/client/index.js', 'dist/shared/client/index.d.ts'],
      ...['dist/workflows/parallel-poll.yaml', 'dist/local/sqlite/schema/0001_store.sql'],
      'dist/local/sqlite/thread/thread.mjs',
      ...['dist/shared/spanner/schema/0001_operations.sql', 'proto/lro/v1/lifecycle_event.proto'],
      ...['dist/executor/connectors/connectors.txt', 'dist/cjs/executor/connectors/connectors.txt'],
      ...['dist/console/dist/index.html', 'dist/console/dist/icon.svg'],
    ]) {
      expect(files).toContain(file);
    }
    const unwanted = files.filter(
      (file) =>
        /(^|\/)(test|bench|docs|node_modules)\//.test(file) ||
        (/(?<!\.d)\.tsx?$/.test(file) && !file.startsWith(DEPLOYMENT)) ||
        /\.(tgz|log|env)$/.test(file),
    );
    expect(unwanted).toEqual([]);
  });

  it('runs nothing when it is installed', async () => {
    const { scripts, bin, publishConfig } = JSON.parse(
      await readFile(join(packed.packageFolder, 'package.json'), 'utf8'),
    );
    expect(Object.keys(scripts)).not.toEqual(expect.arrayContaining([expect.stringMatching(/install$/)]));
    expect(bin).toEqual({ lro: './dist/bin/lro.js' });
    expect(publishConfig).toEqual({ access: 'public', provenance: true });
  });

  it.each(ENTRIES)('lro-orchestrator%s is the same by import and by require', async (entry) => {
    const name = `'lro-orchestrator${entry}'`;
    const names = (load: string) => [
      '-e',
      `${load}.then((m) => console.log(Object.keys(m).filter((n) => n !== 'default' && n !== '__esModule' && n !== 'module.exports').sort().join()))`,
    ];
    const byImport = await node(packed.folder, names(`import(${name})`));
    const byRequire = await node(
      packed.folder,
      names(`Promise.resolve(require('node:module').createRequire(process.cwd() + '/x.cjs')(${name}))`),
    );
    expect(byImport).toBe(byRequire);
    expect(byImport.trim().length).toBeGreaterThan(0);
  });

  it.each(ENTRIES)(
    'lro-orchestrator%s is loaded by a require that knows no ES modules, as that of Jest',
    async (entry) => {
      const script = `require('lro-orchestrator${entry}')`;
      const args = ['--no-experimental-require-module', '--input-type=commonjs', '-e', script];
      expect(await node(packed.folder, args)).toBe('');
    },
  );

  it('loads its own CommonJS files by require only, because Jest gives CommonJS no import()', async () => {
    const scripts = packed.files.filter((file) => /^dist\/cjs\/.*\.js$/.test(file));
    const sources = await Promise.all(
      scripts.map(async (file) => [file, await readFile(join(packed.packageFolder, file), 'utf8')] as const),
    );
    expect(sources.filter(([, source]) => /\bimport\("\./.test(source)).map(([file]) => file)).toEqual([]);
    expect(scripts).toContain('dist/cjs/testing/virtual-workflows.js');
  });

  it('waits in the test kit for an operation of another service, in both forms', async () => {
    const test = `
      const endpoint = 'https://builds.example.com';
      globalThis.fetch = async () => Response.json({ name: 'operations/b1', done: true, response: {} });
      const build = externalOperation({ endpoint });
      const input = { '~standard': { version: 1, vendor: 't', validate: (value) => ({ value }) } };
      const deploy = defineOperation('t.v1.Deploy', { input });
      const worker = operation(deploy).steps({
        start: (op) => op.spawn([build('operations/b1')], { then: 'end' }),
        end: (op) => op.done(),
      });
      (async () => {
        const lro = await testSystem({ operations: [worker], allowedHosts: ['builds.example.com'] });
        await lro.run(deploy, {});
        await lro.stop();
        console.log('done');
      })();`;
    const names = [
      ['{ defineOperation, externalOperation }', 'lro-orchestrator'],
      ['{ testSystem }', 'lro-orchestrator/testing'],
      ['{ operation }', 'lro-orchestrator/worker'],
    ] as const;
    const imports = names.map(([what, from]) => `import ${what} from '${from}';`).join('');
    const requires = names.map(([what, from]) => `const ${what} = require('${from}');`).join('');
    expect(await node(packed.folder, ['--input-type=module', '-e', imports + test])).toBe('done\n');
    expect(await node(packed.folder, ['--input-type=commonjs', '-e', requires + test])).toBe('done\n');
  });

  it('is loaded by import and by require in one process', async () => {
    const script = `
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      for (const entry of ${JSON.stringify(ENTRIES)}) {
        require('lro-orchestrator' + entry);
        await import('lro-orchestrator' + entry);
      }
    `;
    await writeFile(join(packed.folder, 'twice.mjs'), script);
    expect(await node(packed.folder, ['twice.mjs'])).toBe('');
  });

  it('knows the errors and definitions of its other copy', async () => {
    const script = `
      import { createRequire } from 'node:module';
      import { defineOperation, isOperationError } from 'lro-orchestrator';
      const require = createRequire(import.meta.url);
      const { OperationError } = require('lro-orchestrator');
      const { operation } = require('lro-orchestrator/worker');
      const schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
      const { method } = operation(defineOperation('t', { input: schema })).steps({ start: (op) => op.done() });
      console.log(method, isOperationError(new OperationError('ABORTED', '')));
    `;
    await writeFile(join(packed.folder, 'both.mjs'), script);
    expect(await node(packed.folder, ['both.mjs'])).toBe('t true\n');
  });

  it.each(ENTRIES)('lro-orchestrator%s imports what docs/package.md says', async (entry) => {
    const { exports } = JSON.parse(await readFile(join(packed.packageFolder, 'package.json'), 'utf8'));
    const file = join(packed.packageFolder, exports[`.${entry}`].import.default);
    const { atOnce, later } = await importsOf(file);
    const docs = await readFile(join(ROOT, 'docs/package.md'), 'utf8');
    const row = docs.split('\n').find((line) => line.startsWith(`| \`lro-orchestrator${entry}\` |`)) ?? '';
    const [, , , documentedAtOnce, documentedLater] = row.split('|').map((cell) => cell.trim());
    expect(documentedAtOnce).toBe(listed(atOnce));
    expect(documentedLater).toBe(listed(later));
  });

  it.each(ENTRIES)('lro-orchestrator%s is loaded from few files', async (entry) => {
    const { exports } = JSON.parse(await readFile(join(packed.packageFolder, 'package.json'), 'utf8'));
    const { ownFiles } = await importsOf(join(packed.packageFolder, exports[`.${entry}`].import.default));
    // One for each set of entries that share code. Where TypeScript's own modules are packed, the entry of the test kit is 370 files.
    expect(ownFiles.length).toBeLessThan(2 ** ENTRIES.length);
  });

  it('has a client that a browser takes: under 15 KB, with no Google client and nothing of Node', async () => {
    const { outputFiles, metafile } = await build({
      stdin: { contents: `export * from 'lro-orchestrator'`, resolveDir: packed.folder },
      ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', write: false, metafile: true },
    });
    const [bundle] = outputFiles;
    expect(bundle?.contents.byteLength).toBeLessThan(15_000);
    expect(Object.keys(metafile.inputs)).toContainEqual(expect.stringMatching(/modules\/browser\.js$/));
    const inputs = Object.keys(metafile.inputs).filter(
      (input) => !input.includes('lro-orchestrator') && input !== '<stdin>',
    );
    expect(inputs).toEqual([]);
  });

  it.each([
    [
      'esm',
      'browser',
      `import { createOperations } from 'lro-orchestrator'; createOperations({ url: '/' });`,
    ],
    ['cjs', 'browser', `require('lro-orchestrator').createOperations({ url: '/' });`],
    ['esm', 'node', `import { createOperations } from 'lro-orchestrator'; createOperations({ url: '/' });`],
    ['cjs', 'node', `require('lro-orchestrator').createOperations({ url: '/' });`],
  ] as const)(
    'in a bundle of %s for a %s has the library of its tokens in Node only',
    async (format, platform, contents) => {
      const { metafile, warnings } = await build({
        stdin: { contents, resolveDir: packed.folder },
        ...{ bundle: true, format, platform, write: false, metafile: true },
      });
      const tokens = Object.entries(metafile.inputs).filter(
        ([input, { bytes }]) => input.includes('google-auth-library') && bytes > 0,
      );
      expect({ hasTokens: tokens.length > 0, warnings }).toEqual({
        hasTokens: platform === 'node',
        warnings: [],
      });
    },
  );
});

describe('the command lro of the package', () => {
  const lro = (...args: string[]) =>
    node(packed.folder, ['node_modules/lro-orchestrator/dist/bin/lro.js', ...args]);

  it('prints its commands', async () => {
    expect(await lro('--help')).toMatch(/^lro COMMAND/);
  });

  it('names itself in the usage of the local system', async () => {
    await expect(lro('start', '--prot')).rejects.toThrow('npx lro start [--port N]');
  });

  it('writes a project whose test passes', async () => {
    await lro('init', 'project');
    const manifest = JSON.parse(await readFile(join(packed.folder, 'project/package.json'), 'utf8'));
    expect(manifest.dependencies['lro-orchestrator']).toMatch(/^\^\d/);
    const test = [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), '--test', 'project/worker.test.ts'];
    expect(await node(packed.folder, test)).toMatch(/pass 1\b/);
    await expect(lro('init', 'project')).rejects.toThrow('already contains package.json');
  });

  it('writes the project as the sources have it', async () => {
    await lro('init', 'same');
    for (const [file, content] of Object.entries(projectFiles())) {
      expect(await readFile(join(packed.folder, 'same', file), 'utf8')).toBe(content);
    }
  });

  it('deploys as a clone does, by the settings of the present folder', async () => {
    const settings = 'PROJECT_ID=sample-project\nREGION=us-central1\nMEMORY=1Gi\n';
    await writeFile(join(packed.folder, 'deploy.env'), settings);
    const plan = await lro('deploy', 'plan', '--offline', '--cpu', '2');
    const args = [...settings.trim().split('\n'), 'CPU=2'].map((setting) => {
      const [name = '', value] = setting.split('=');
      return `--${name.toLowerCase().replaceAll('_', '-')}=${value}`;
    });
    const clone = await promisify(execFile)('bash', ['deploy.sh', 'plan', '--offline', ...args], {
      cwd: ROOT,
    });
    expect(plan).toContain('--memory=1Gi');
    expect(plan.replace('lro deploy apply', './deploy.sh apply')).toBe(clone.stdout);
  });

  it('uploads what a clone uploads', async () => {
    const list = promisify(execFile)('git', ['ls-files', 'functions', 'shared', 'proto', 'console'], {
      cwd: ROOT,
    });
    const patterns = (await readFile(join(ROOT, '.gcloudignore'), 'utf8')).split('\n');
    const left = patterns.filter((line) => /^[a-z]/.test(line));
    const tracked = (await list).stdout.split('\n').filter(Boolean);
    const uploaded = tracked.filter((file) => !left.some((path) => file.startsWith(`${path}/`)));
    const ofPackage = new Set(packed.files.map((file) => file.slice(DEPLOYMENT.length)));
    expect(uploaded.length).toBeGreaterThan(300);
    expect(uploaded.filter((file) => !ofPackage.has(file))).toEqual([]);
    for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', '.gcloudignore', 'deploy.sh']) {
      expect(packed.files).toContain(DEPLOYMENT + file);
    }
    expect(packed.files.filter((file) => file.startsWith(`${DEPLOYMENT}shared/worker`))).toEqual([]);
  });

  it('plays a fan-out on its own system', async () => {
    const report = (await lro('demo', '--json')).trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(report)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('runs, checks and tests workflow files', async () => {
    await writeFile(
      join(packed.folder, 'twice.yaml'),
      'main:\n  params: [n]\n  steps:\n    - twice:\n        return: $' + '{n * 2}\n',
    );
    const suite = 'workflow: twice.yaml\ntests:\n  - {name: doubles, args: 3, expect: {result: 6}}\n';
    await writeFile(join(packed.folder, 'twice.workflow.test.yaml'), suite);
    expect(await lro('workflow', 'run', 'twice.yaml', '21')).toBe('42\n');
    expect(await lro('workflow', 'check', 'twice.yaml')).toBe('1 file, 0 errors, 0 warnings\n');
    expect(await lro('workflow', 'test', '.')).toContain('1 passed, 0 failed');
    await expect(lro('workflow', 'run', 'missing.yaml')).rejects.toMatchObject({ code: 2 });
  });
});
