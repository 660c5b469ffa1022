import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';

/** Another process uses the folder, or this one does already. */
export class FolderInUse extends Error {
  constructor(folder: string, holder: string) {
    super(`The folder ${folder} is in use by ${holder}. One process at a time can have it.`);
    this.name = 'FolderInUse';
  }
}

/** What a process writes about itself into its folder. Another process shows it in its error. */
interface Holder {
  readonly pid: number;
  readonly startTime: string;
  readonly url?: string;
}

/**
 * Gives a folder to one process at a time.
 *
 * The lock is a SQLite lock on a file in the folder. The operating system releases it when the process ends, however it ends. A file
 * with the id of the process would stay after a crash, and says nothing to another container, where ids begin again. The lock
 * does not say which process holds it, so another file says that.
 */
export class FolderLock {
  readonly #folder: string;
  readonly #lock: Libsql.Database;
  readonly #holder: Holder;

  private constructor(folder: string, lock: Libsql.Database) {
    this.#folder = folder;
    this.#lock = lock;
    this.#holder = { pid: process.pid, startTime: new Date().toISOString() };
    this.#write(this.#holder);
  }

  /**
   * Locks a folder that exists.
   *
   * @throws FolderInUse
   */
  static take(folder: string): FolderLock {
    const lock = openLock(folder);
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      if ((error as { code?: unknown }).code !== 'SQLITE_BUSY') throw error;
      throw new FolderInUse(folder, describeHolder(holderFile(folder)));
    }
    return new FolderLock(folder, lock);
  }

  /** Tells other processes the URL that this process serves. */
  servedAt(url: string): void {
    this.#write({ ...this.#holder, url });
  }

  release(): void {
    rmSync(holderFile(this.#folder), { force: true });
    this.#lock.exec('ROLLBACK');
    this.#lock.close();
  }

  #write(holder: Holder): void {
    writeFileSync(holderFile(this.#folder), JSON.stringify(holder));
  }
}

function openLock(folder: string): Libsql.Database {
  try {
    // SQLite says only that it cannot open the file.
    accessSync(folder, constants.W_OK | constants.X_OK);
    return new Libsql(join(folder, 'lock.db'));
  } catch (error) {
    throw new Error(`The folder ${folder} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

function holderFile(folder: string): string {
  return join(folder, 'holder.json');
}

function describeHolder(file: string): string {
  try {
    const { pid, startTime, url } = JSON.parse(readFileSync(file, 'utf8')) as Holder;
    return `process ${pid}${url ? ` at ${url}` : ''}, which started at ${startTime}`;
  } catch {
    // The other process has the lock, but has not written its file yet.
    return 'another process';
  }
}
