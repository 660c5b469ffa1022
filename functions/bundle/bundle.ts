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
  /** Returns the code that V8 has compiled of the bundle so far. */
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
 * Does not use Node's compile cache (`NODE_COMPILE_CACHE`). The name of its folder contains the user id, V8's flags and the
 * features of the processor, which may differ between the build and the instance.
 */
export function openBundle(folder: string): Bundle {
  const filename = join(folder, BUNDLE_FILES.code);
  const cacheFile = join(folder, BUNDLE_FILES.cache);
  const cachedData = existsSync(cacheFile) ? withOwnFlagHash(readFileSync(cacheFile)) : undefined;
  // The bundle is ASCII, which V8 stores in one byte for each character. The bundle already contains the function that wraps a
  // CommonJS module.
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
