import { close, fdatasync, openSync } from 'node:fs';

/**
 * SQLite's write-ahead log: the file that has to be on disk before a commit may be acknowledged.
 *
 * The connection runs with `synchronous=NORMAL`: SQLite appends a commit to the log and returns. SQLite synchronizes the
 * header of the log when the log restarts, the log before a checkpoint, and the database after it. It does not synchronize
 * after each commit. This file does that, in a thread of Node's pool, while the event loop goes on.
 * https://www.sqlite.org/pragma.html#pragma_synchronous
 *
 * The log has one inode from the first commit until the last connection closes, and SQLite's locks are on other files. So a
 * separate file descriptor misses no write and releases no lock.
 */
export class LogFile {
  readonly #path: string;
  #descriptor: number | undefined;
  #syncing = 0;
  #closed = false;

  constructor(databaseFile: string) {
    this.#path = `${databaseFile}-wal`;
  }

  /** Resolves once every commit that returned before this call is on disk. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      // Windows synchronizes only files that are open for writing.
      this.#descriptor ??= openSync(this.#path, 'r+');
      this.#syncing += 1;
      fdatasync(this.#descriptor, (error) => {
        this.#syncing -= 1;
        if (this.#closed) this.#release();
        if (error) reject(error);
        else resolve();
      });
    });
  }

  close(): void {
    this.#closed = true;
    this.#release();
  }

  /** Not while a thread uses the descriptor, because another file could get its number. */
  #release(): void {
    if (this.#descriptor === undefined || this.#syncing > 0) return;
    close(this.#descriptor, () => undefined);
    this.#descriptor = undefined;
  }
}
