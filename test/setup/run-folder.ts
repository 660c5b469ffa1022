import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { bundlePrograms } from './programs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder with the files that the test files of this run share: the bundles of programs, and the packed package. */
    runFolder: string;
  }
}

/** Bundles the programs that tests start, once a run, and again before the runner in watch mode repeats tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Below node_modules, where the bundles find the packages, which stay outside of them.
  const parent = fileURLToPath(new URL('../../node_modules/.lro-tests', import.meta.url));
  await mkdir(parent, { recursive: true });
  await removeOld(parent);
  const folder = await mkdtemp(join(parent, 'run-'));
  project.provide('runFolder', folder);
  const programs = join(folder, 'programs');
  await bundlePrograms(programs);
  project.onTestsRerun(() => bundlePrograms(programs));
  return () => rm(folder, { recursive: true, force: true });
}

const DAY_MS = 86_400_000;

/** A killed run leaves its folder behind. */
async function removeOld(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const folder = join(parent, name);
    // Another run may remove it at the same time.
    const found = await stat(folder).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > DAY_MS) await rm(folder, { recursive: true, force: true });
  }
}
