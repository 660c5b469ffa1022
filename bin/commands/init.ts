import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { type Command, UsageError } from '../command.ts';
import { projectFiles } from '../project-files.ts';

export const init: Command = {
  parameters: ['[DIR]'],
  summary: 'writes a small project: an operation, its worker, a test, a README',
  flags: {},
  isLocal: true,
  async run({ positionals: [folder = '.'], print }) {
    makeFolder(folder);
    const files = projectFiles();
    const there = new Set(await readdir(folder));
    const taken = Object.keys(files).filter((name) => there.has(name));
    if (taken.length > 0)
      throw new UsageError(`${folder} already contains ${taken.join(', ')}: choose another folder`);
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const enter = folder === '.' ? '' : `cd ${folder} && `;
    print(`Wrote ${Object.keys(files).join(', ')}.\n\n  ${enter}npm install && npm test`);
    return 0;
  },
};
