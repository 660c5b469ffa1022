import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether the PATH has the program. The program is not started: gcloud takes a second to say its version. */
export function installed(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, command)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Reports that a test is left out, and why. With REQUIRE_ALL=1 this is a failure. */
export function leftOut(what: string, why: string): void {
  if (process.env.REQUIRE_ALL === '1') throw new Error(`REQUIRE_ALL=1, and ${what} can't run: ${why}`);
  mayBeLeftOut(what, why);
}

/** For tools that only examine the code. Without them, every part of the product is still tested. */
export function mayBeLeftOut(what: string, why: string): void {
  console.log(`left out: ${what}: ${why}`);
}

/** deploy.sh needs bash. Tests that run it report a missing bash. */
export function withoutBash(what: string): boolean {
  if (installed('bash')) return false;
  leftOut(what, 'bash is not installed');
  return true;
}
