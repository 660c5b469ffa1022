import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { bundlePrograms } from './programs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of what test files of this run share: the bundles of programs, and the packed package. */
    runFolder: string;
  }
}

/** Bundles the programs that tests start, once a run, and again before the runner in watch mode repeats tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Below node_modules, where the bundles find the packages, which stay outside of them.
  const parent = fileURLToPath(new URL('../../node_modules/.lro-tests', import.meta.url));
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'run-'));
  project.provide('runFolder', folder);
  const programs = join(folder, 'programs');
  await bundlePrograms(programs);
  project.onTestsRerun(() => bundlePrograms(programs));
  return () => rm(folder, { recursive: true, force: true });
}
