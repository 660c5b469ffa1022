import { close, fdatasync, openSync } from 'node:fs';

/**
 * SQLite's write-ahead log, as the file that has to be on disk before a commit may be acknowledged.
 *
 * The connection runs with `synchronous=NORMAL`: SQLite appends a commit to the log and returns, and itself synchronizes the
 * log's header when the log begins anew, the log before a checkpoint and the database after it. What SQLite leaves out is the
 * one synchronization after each commit, and that is made here, in a thread of Node's pool, while the event loop goes on.
 * https://www.sqlite.org/pragma.html#pragma_synchronous
 *
 * The log has one inode from the first commit until the last connection closes, and SQLite's locks are on other files, so that a
 * descriptor of our own neither misses a write nor drops a lock.
 */
export class LogFile {
  readonly #path: string;
  #descriptor: number | undefined;
  #syncing = 0;
  #closed = false;

  constructor(databaseFile: string) {
    this.#path = `${databaseFile}-wal`;
  }

  /** Resolves once every commit that returned before the call is on disk. */
  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      // Windows flushes only what is open for writing.
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

  /** Not while a thread uses the descriptor: another file could get its number. */
  #release(): void {
    if (this.#descriptor === undefined || this.#syncing > 0) return;
    close(this.#descriptor, () => undefined);
    this.#descriptor = undefined;
  }
}
