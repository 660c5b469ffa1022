/** Loads the bundle of the functions with the code that V8 compiled of it at the build. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { constants, Script } from 'node:vm';
import type { FUNCTION_TARGETS, registerFunction } from '../register-function.ts';
import { withOwnFlagHash } from './flag-hash.ts';
import { mapStackTraces } from './stack-traces.ts';

export interface Bundle {
  readonly exports: {
    readonly registerFunction: typeof registerFunction;
    readonly FUNCTION_TARGETS: typeof FUNCTION_TARGETS;
  };
  /** Whether the code cache was used; undefined where there is none. */
  readonly cacheAccepted: boolean | undefined;
  /** What is compiled of the bundle until now. */
  createCache(): Buffer;
}

export const BUNDLE_FILES = {
  code: 'functions.cjs',
  cache: 'functions.cache',
  map: 'functions.cjs.map',
} as const;

/**
 * Runs the bundle in `folder`.
 *
 * Not by Node's own compile cache (`NODE_COMPILE_CACHE`): that looks in a folder that is named after the user id and a tag of
 * V8's flags and the processor's features, all of which may differ between the machine of the build and that of the instance.
 */
export function openBundle(folder: string): Bundle {
  const filename = join(folder, BUNDLE_FILES.code);
  const cacheFile = join(folder, BUNDLE_FILES.cache);
  const cachedData = existsSync(cacheFile) ? withOwnFlagHash(readFileSync(cacheFile)) : undefined;
  // The bundle is ASCII, which V8 keeps at one byte a character, and has the function around it that makes it a module.
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  mapStackTraces(filename, join(folder, BUNDLE_FILES.map));
  const module = { exports: {} as Bundle['exports'] };
  script.runInThisContext()(module.exports, createRequire(filename), module, filename, folder);
  return {
    exports: module.exports,
    cacheAccepted: cachedData && !script.cachedDataRejected,
    createCache: () => script.createCachedData(),
  };
}
