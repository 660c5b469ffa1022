/** The project that `lro init` writes. */
import { readFileSync } from 'node:fs';

export function projectFiles(): Readonly<Record<string, string>> {
  return {
    'package.json': packageJson(),
    'operations.ts': OPERATIONS,
    'worker.ts': WORKER,
    'worker.test.ts': TEST,
    'README.md': README,
  };
}

function packageJson(): string {
  const manifest = {
    private: true,
    type: 'module',
    scripts: {
      system: 'lro start',
      worker: 'OPERATIONS_URL=http://localhost:8080 tsx worker.ts',
      test: 'tsx --test worker.test.ts',
    },
    dependencies: { 'lro-orchestrator': `^${version()}`, valibot: '^1.0.0' },
    devDependencies: { tsx: '^4.0.0' },
    // npm warns about each install script that a project neither allows nor denies. These two are not needed.
    allowScripts: { esbuild: false, protobufjs: false },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/**
 * The version of this package. Its package.json is one folder above `bin` in the sources, and two folders above in `dist`.
 */
function version(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      return JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')).version;
    } catch {
      // Try one folder higher.
    }
  }
  return '0.0.0';
}

const OPERATIONS = `// What a client and a worker share: no code of the work.
import { defineOperation } from 'lro-orchestrator';
import * as v from 'valibot';

export const renderPage = defineOperation('example.v1.Reports.RenderPage', {
  input: v.object({ page: v.string() }),
  response: v.object({ url: v.string() }),
});
export const report = defineOperation('example.v1.Reports.CreateReport', {
  input: v.object({ pages: v.array(v.string()) }),
  response: v.object({ urls: v.array(v.string()) }),
});
`;

const WORKER = `import { pathToFileURL } from 'node:url';
import { operation, serve } from 'lro-orchestrator/worker';
import { renderPage, report } from './operations.ts';

export const workers = [
  operation(renderPage).steps({
    start: (op) => ({ url: \`https://example.com/\${op.input.page}\` }),
  }),
  operation(report).steps({
    start: (op) => op.spawn(op.input.pages.map((page) => renderPage({ page })), { then: 'collect' }),
    collect: async (op) => ({ urls: (await op.children(renderPage).responses()).map(({ url }) => url) }),
  }),
];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await serve(workers);
`;

const TEST = `import { equal } from 'node:assert/strict';
import { after, test } from 'node:test';
import { testSystem } from 'lro-orchestrator/testing';
import { report } from './operations.ts';
import { workers } from './worker.ts';

const lro = await testSystem({ operations: workers });
after(() => lro.stop());

test('a report has a URL for each page', async () => {
  const { urls } = await lro.run(report, { pages: ['a', 'b'] });
  equal(urls.length, 2);
});
`;

const README = `# An operation and its worker

\`\`\`sh
npm install
npm test          # the whole system in one process, on virtual time
npm run system    # the system at http://localhost:8080; leave it running
npm run worker    # in a second terminal
\`\`\`

In a third one, create an operation and look at it:

\`\`\`sh
npx lro create example.v1.Reports.CreateReport '{"pages":["a","b"]}' --id r1 --wait
npx lro explain r1
\`\`\`
`;
