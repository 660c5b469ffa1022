/** What npm would publish, as the tools of the ecosystem see it: publint, arethetypeswrong, and every TypeScript that it supports. */
import { execFile } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Packed, packInto, ROOT } from './packed.ts';

let packed: Packed;
beforeAll(async () => {
  packed = await packInto();
});
afterAll(() => rm(packed.folder, { recursive: true, force: true }));

describe('the package', () => {
  it('passes publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: packed.packageFolder, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg as never))).toEqual([]);
  });

  it('has types for both module systems', async () => {
    const data = await readFile(packed.tarball);
    const analysis = await checkPackage(createPackageFromTarballData(data));
    if (!analysis.types) throw new Error('The package has no types.');
    // Node 10 knows no `exports`, and is not supported.
    const problems = analysis.problems.filter(
      (problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10'),
    );
    expect(problems).toEqual([]);
  });
});

const COMPILERS = [
  ['5.4, the oldest', 'test/package/typescripts/node_modules/typescript-5.4/bin/tsc'],
  ['5.9', 'test/package/typescripts/node_modules/typescript-5.9/bin/tsc'],
  ['7', 'node_modules/typescript/bin/tsc'],
] as const;

describe('its types', () => {
  beforeAll(async () => {
    await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], {
      cwd: join(ROOT, 'test/package/typescripts'),
    });
    await cp(join(ROOT, 'test/package/types'), join(packed.folder, 'types'), { recursive: true });
  });

  describe.each(COMPILERS)('in TypeScript %s', (version, compiler) => {
    it.each([
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ])(
      'module %s: what is wrong does not compile, and all else does',
      async (module, moduleResolution) => {
        const config = join(packed.folder, `tsconfig.${moduleResolution}.json`);
        const compilerOptions = {
          ...{
            target: 'es2022',
            module,
            moduleResolution,
            strict: true,
            exactOptionalPropertyTypes: true,
            noEmit: true,
          },
          ...{
            allowImportingTsExtensions: true,
            types: ['node'],
            skipLibCheck: version.startsWith('5.4') || module === 'esnext',
          },
        };
        await writeFile(config, JSON.stringify({ compilerOptions, include: ['types/*.ts'] }));
        const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, compiler), '-p', config], {
          cwd: packed.folder,
        }).catch((error: { stdout: string }) => error);
        expect(stdout).toBe('');
      },
      120_000,
    );
  });
});
