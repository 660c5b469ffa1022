import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from '../setup/run-program.ts';
import { killLoop } from './kill-loop.ts';

/** `LRO_KILLS=50 npx vitest run test/durability` for the long run; CI takes a short one. */
const kills = Number(process.env.LRO_KILLS ?? 6);
const parents = kills < 20 ? 6 : 20;

describe('the embedded system with --data', () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  it(`loses nothing when it is killed ${kills} times`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lro-kill-'));
    folders.push(folder);
    const program = runProgram('local/start.ts');
    const report = await killLoop({ program, folder, kills, parents, childrenOfEach: 24 });
    expect(report.unfinished).toEqual([]);
    expect(new Set(report.resumes)).toEqual(new Set([1]));
    expect(new Set(report.completions)).toEqual(new Set([1]));
    expect(report.operations).toBe(parents * 25);
  });
});
