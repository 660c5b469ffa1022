import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'vite';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { REPOSITORY } from '../rooms/tracked-files.ts';
import { type CodeBlock, codeBlocks, MARKDOWN } from './markdown.ts';

// What is below test/ may show the code of an earlier release.
const blocks = MARKDOWN.filter((file) => !file.startsWith('test/')).flatMap((file) => codeBlocks(file));
const inLanguages = (...languages: readonly string[]) => {
  return blocks
    .filter(({ language }) => languages.includes(language))
    .map((block) => [place(block), block] as const);
};

function place({ file, line }: CodeBlock): string {
  return `${file}:${line}`;
}

describe('a code block in a Markdown file', () => {
  const folder = join(REPOSITORY, 'node_modules/.cache/docs-blocks');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('in TypeScript compiles', () => {
    mkdirSync(folder, { recursive: true });
    for (const [, block] of inLanguages('ts')) {
      const name = `${block.file.replaceAll('/', '_')}_${block.line}.ts`;
      writeFileSync(join(folder, name), `${block.code}export {};\n`);
    }
    // Relative imports are those from the root of the repository.
    const config = {
      extends: '../../../tsconfig.json',
      compilerOptions: { rootDirs: [REPOSITORY, folder], noUnusedLocals: false },
      include: [`${folder}/*.ts`],
      exclude: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(REPOSITORY, 'node_modules/.bin/tsc');
    const { stdout, status } = spawnSync(tsc, ['--noEmit', '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });

  it.each(inLanguages('js'))('in JavaScript can be parsed: %s', (_, { code }) => {
    expect(parseSync('block.js', code).errors).toEqual([]);
  });

  it.each(inLanguages('json'))('in JSON can be parsed: %s', (_, { code }) => {
    expect(() => JSON.parse(code)).not.toThrow();
  });

  it.each(inLanguages('yaml'))('in YAML can be parsed: %s', (_, { code }) => {
    expect(parseAllDocuments(code).flatMap((document) => document.errors)).toEqual([]);
  });

  it.each(inLanguages('sh', 'bash'))(
    'for the shell can be parsed, and names commands that exist: %s',
    (_, { code }) => {
      expect(() => execFileSync('bash', ['-n'], { input: code })).not.toThrow();
      const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
      const named = [...code.matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)].map(([, script = '']) => script);
      expect(named.filter((script) => !(script in scripts))).toEqual([]);
    },
  );
});
