/** The package made of sources that were downloaded as an archive. */
import { access, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './packed.ts';

const SOURCES = [
  ...['.gitignore', '.gcloudignore', 'package.json', 'deploy.sh', 'deploy', 'deploy.env.example'],
  ...['shared/spanner/schema', 'workflows/parallel-poll.yaml', 'functions/access-module.ts'],
];

it('has the same sources of a deployment where there is no repository', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lro-archive-'));
  try {
    for (const path of SOURCES) await cp(join(ROOT, path), join(folder, path), { recursive: true });
    await writeFile(join(folder, 'functions/debug.log'), '');
    const { writeDeployment } = await import('../../packaging/deployment.js' as string);
    await writeDeployment(folder, join(folder, 'dist'));
    const has = (path: string) =>
      access(join(folder, 'dist', path)).then(
        () => true,
        () => false,
      );
    expect(await has('functions/access-module.ts')).toBe(true);
    expect(await has('functions/debug.log')).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
