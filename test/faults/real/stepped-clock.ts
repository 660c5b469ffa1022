/**
 * The wall clock of processes, which can be put forward and back while they run. The monotonic clock goes on as it is, as on a
 * machine whose clock is corrected. Works by a preloaded library that adds an offset from a shared file to the time.
 */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { compileLibrary, type NativeLibrary } from './native-library.ts';

const SOURCE = `
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static volatile int64_t *offset;
__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("CLOCK_OFFSET_FILE");
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void *page = mmap(0, 8, PROT_READ, MAP_SHARED, fd, 0);
  if (page != MAP_FAILED) offset = page;
  close(fd);
}
int clock_gettime(clockid_t id, struct timespec *t) {
  int result = (int)syscall(SYS_clock_gettime, id, t);
  if (result == 0 && offset && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) t->tv_sec += *offset;
  return result;
}
int gettimeofday(struct timeval *restrict t, void *restrict zone) {
  struct timespec now;
  int result = clock_gettime(CLOCK_REALTIME, &now);
  if (t) { t->tv_sec = now.tv_sec; t->tv_usec = now.tv_nsec / 1000; }
  return result;
}
time_t time(time_t *t) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (t) *t = now.tv_sec;
  return now.tv_sec;
}
`;

export class SteppedClock {
  /** The environment variables with which a process gets this clock. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #library: NativeLibrary;
  readonly #file: string;
  #offsetSeconds = 0;

  private constructor(library: NativeLibrary) {
    this.#library = library;
    this.#file = join(library.folder, 'offset');
    writeFileSync(this.#file, Buffer.alloc(8));
    this.environment = { LD_PRELOAD: library.file, CLOCK_OFFSET_FILE: this.#file };
  }

  /** Resolves to undefined if this machine has no C compiler. */
  static async create(): Promise<SteppedClock | undefined> {
    const library = await compileLibrary(SOURCE);
    return library && new SteppedClock(library);
  }

  get offsetSeconds(): number {
    return this.#offsetSeconds;
  }

  /** The time that the processes see, in milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.#offsetSeconds * 1_000;
  }

  /** Sets the offset from the clock of the machine. */
  set(offsetSeconds: number): void {
    this.#offsetSeconds = offsetSeconds;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(offsetSeconds));
    // Written in place, because the processes have mapped the file into memory.
    const file = openSync(this.#file, 'r+');
    writeSync(file, bytes, 0, 8, 0);
    closeSync(file);
  }

  remove(): Promise<void> {
    return this.#library.remove();
  }
}
