/** docs/getting-started.md, word for word, with the package as npm has it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { codeBlocks } from '../docs/markdown.ts';
import { node, type Packed, packInto } from './packed.ts';

let packed: Packed;
const children: ChildProcess[] = [];
beforeAll(async () => {
  packed = await packInto();
  for (const { language, code } of codeBlocks('docs/getting-started.md')) {
    const name = /^\/\/ (\S+)\n/.exec(code)?.[1];
    if (language === 'typescript') await writeFile(join(packed.folder, name ?? 'unnamed'), code);
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const child of children.reverse()) {
    const exit = new Promise((resolve) => child.once('exit', resolve));
    if (child.kill('SIGKILL')) await exit;
  }
  await rm(packed.folder, { recursive: true, force: true });
});

/** A program that stays up, once it has printed a line that matches. */
function started(args: string[], env: object, line: RegExp): Promise<string> {
  const child = spawn(process.execPath, args, {
    ...{ cwd: packed.folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  children.push(child);
  let printed = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      printed += chunk;
      const found = line.exec(printed);
      if (found) resolve(found[1] ?? found[0]);
    });
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${printed}`)));
  });
}

it('runs the worker and the client against lro start', async () => {
  const lro = ['node_modules/lro-orchestrator/dist/bin/lro.js', 'start', '--port', '0', '--no-sample'];
  const url = await started(lro, {}, /ready at (\S+)/);
  const worker = spawn(process.execPath, ['--import', 'tsx', 'main.ts'], {
    ...{ cwd: packed.folder, env: { ...process.env, OPERATIONS_URL: url }, stdio: 'inherit' },
  });
  children.push(worker);
  const printed = await started(
    ['--import', 'tsx', 'client.ts'],
    { OPERATIONS_URL: url },
    /urls: ([^\]]*\])/,
  );
  expect(printed).toContain('https://pages.example.com/index');
});

it('passes its tests', async () => {
  vi.stubEnv('RENDER_MS', '0');
  expect(await node(packed.folder, ['--import', 'tsx', '--test', 'reports.test.ts'])).toMatch(/pass 2\b/);
});
