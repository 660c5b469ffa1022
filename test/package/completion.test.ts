/** The completion of `lro` in real shells. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { installed, leftOut } from '../deploy/left-out.ts';
import { lroAt } from './lro-at-terminal.ts';

const zsh = installed('zsh');
if (!zsh) leftOut('completion in zsh', 'zsh is not installed');
it.skipIf(!zsh)('completes commands and flags in a zsh that has no completion of its own', async () => {
  const { lines } = await lroAt('', 'completion', 'zsh');
  const folder = await mkdtemp(join(tmpdir(), 'lro-zsh-'));
  const file = join(folder, 'completion.zsh');
  await writeFile(file, lines);
  // A terminal, since only there zsh completes: each read waits for what the key Tab makes of the line.
  const script = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "source ${file}; echo load''ed"
    zpty -r -m shell out '*loaded*'
    zpty -w -n shell $'lro expl\\t'
    zpty -r -m shell out '*explain*'
    zpty -w -n shell $'\\C-ulro list --fi\\t'
    zpty -r -m shell out '*--filter*'
    print done`;
  const printed = execFileSync('zsh', ['-f', '-c', script], {
    ...{ timeout: 30_000, env: { ...process.env, ZDOTDIR: folder } },
  }).toString();
  await rm(folder, { recursive: true });
  expect(printed).toBe('done\n');
});

it('completes commands and flags in bash', async () => {
  const { lines } = await lroAt('', 'completion', 'bash');
  const complete = (words: string[]) =>
    execFileSync('bash', [
      '-c',
      `${lines}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _lro; echo "\${COMPREPLY[@]}"`,
    ])
      .toString()
      .trim();
  expect(complete(['lro', 'expl'])).toBe('explain');
  expect(complete(['lro', 'list', '--fi'])).toBe('--filter');
});
