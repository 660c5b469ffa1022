import type { TestProject } from 'vitest/node';
import { bundlePrograms } from './programs.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder of the bundles that `runProgram` starts. */
    programs: string;
  }
}

/** Bundles the programs that tests start, once a run, and again before the runner in watch mode repeats tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bundles = await bundlePrograms();
  project.provide('programs', bundles.folder);
  project.onTestsRerun(() => bundles.build());
  return () => bundles.remove();
}
