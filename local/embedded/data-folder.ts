import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { makeFolder } from '../../shared/files/make-folder.ts';

/** Another process uses the folder. */
export class DataFolderInUse extends Error {
  constructor(folder: string, holder: string) {
    super(`The folder ${folder} is in use by ${holder}. One process at a time can have it.`);
    this.name = 'DataFolderInUse';
  }
}

/** What a process writes about itself into its folder. Another process shows it in its error. */
interface Holder {
  readonly pid: number;
  readonly startTime: string;
  readonly url?: string;
}

/**
 * The folder of `--data`. Only one process may use it at a time: two processes would split the messages of one bus between
 * them.
 *
 * The lock is a SQLite lock on a file beside the database. The operating system releases it when the process ends, however
 * it ends. The lock does not say which process holds it, so another file says that.
 */
export class DataFolder {
  readonly path: string;
  /** The file with the operations and the messages. */
  readonly file: string;
  /** Whether the folder had no database before. */
  readonly isNew: boolean;
  readonly #lock: Libsql.Database;
  readonly #holder: Holder;

  private constructor(path: string, lock: Libsql.Database) {
    this.path = path;
    this.file = join(path, 'lro.db');
    this.isNew = !existsSync(this.file);
    this.#lock = lock;
    this.#holder = { pid: process.pid, startTime: new Date().toISOString() };
    this.#write(this.#holder);
  }

  /**
   * Creates the folder if it does not exist, and locks it.
   *
   * @throws DataFolderInUse if another process uses it
   */
  static async open(path: string): Promise<DataFolder> {
    makeFolder(path);
    const lock = openLock(path);
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      if ((error as { code?: unknown }).code !== 'SQLITE_BUSY') throw error;
      throw new DataFolderInUse(path, describeHolder(holderFile(path)));
    }
    return new DataFolder(path, lock);
  }

  /** Tells other processes the URL that this process serves. */
  servedAt(url: string): void {
    this.#write({ ...this.#holder, url });
  }

  close(): void {
    rmSync(holderFile(this.path), { force: true });
    this.#lock.exec('ROLLBACK');
    this.#lock.close();
  }

  #write(holder: Holder): void {
    writeFileSync(holderFile(this.path), JSON.stringify(holder));
  }
}

function openLock(folder: string): Libsql.Database {
  try {
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
