import { join } from 'node:path';
import { inject } from 'vitest';
import type { Program } from './programs.ts';

/** The arguments with which Node runs a program of the repository, from the bundle that the run of the tests has made. */
export function runProgram(program: Program, ...args: readonly string[]): readonly string[] {
  return [join(inject('runFolder'), 'programs', program.replace(/\.ts$/, '.js')), ...args];
}
