import { Script } from 'node:vm';

/**
 * V8 accepts a code cache only from a process with the same flags, and keeps a hash of them in the fourth word of the
 * cache. Cloud Run functions start Node with `--max-old-space-size`, made from the memory of the instance, which the
 * build does not know: https://github.com/GoogleCloudPlatform/buildpacks, `heapsize.sh`.
 *
 * The size of the heap changes nothing in what V8 compiles. So where that is the only flag, the cache gets the hash of this
 * process. With any other flag it stays as it is, and V8 decides. All other checks of V8 stay in force: of its version, of
 * the length of the source, and of the cache itself.
 */
export function withOwnFlagHash(cache: Buffer, flags = flagsOf(process)): Buffer {
  if (flags.every((flag) => HEAP_SIZE.test(flag))) {
    const own = new Script('').createCachedData();
    own.copy(cache, FLAG_HASH.start, FLAG_HASH.start, FLAG_HASH.end);
  }
  return cache;
}

/** `SerializedCodeData` of V8, src/snapshot/code-serializer.h. */
const FLAG_HASH = { start: 12, end: 16 };
const HEAP_SIZE = /^--max[-_]old[-_]space[-_]size=\d+$/;

function flagsOf({ execArgv, env }: NodeJS.Process): readonly string[] {
  return [...execArgv, ...(env.NODE_OPTIONS ?? '').split(/\s+/).filter((flag) => flag !== '')];
}
