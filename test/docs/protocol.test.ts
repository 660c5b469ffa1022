import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { codeBlocks } from './markdown.ts';

const DOCUMENT = 'docs/protocol.md';

describe(DOCUMENT, () => {
  let system: LocalSystem;
  beforeAll(async () => {
    system = await startEmbeddedSystem({ port: 0, push: true, logLevel: 'error' });
  });
  afterAll(() => system?.stop());

  it('has commands of which each succeeds, run one after the other on the local system', async () => {
    const commands = codeBlocks(DOCUMENT)
      .filter(({ language }) => language === 'sh')
      .map(({ code, line }) => `echo "line ${line}" >&2\n${code}`);
    expect(commands.length).toBeGreaterThan(0);
    const script = ['set -euo pipefail', ...commands]
      .join('\n')
      .replaceAll('http://localhost:8080', system.url);
    const { code, output } = await runBash(script);
    expect(code, output).toBe(0);
  });
});

function runBash(script: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
