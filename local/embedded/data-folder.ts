import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import Libsql from 'libsql';

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
 * The folder of `--data`, which one process has at a time: two of them would share the messages of one bus between them.
 *
 * The lock is SQLite's own on a file beside the database, which the operating system gives up with the process, however
 * the process ends. It says nothing about who has it, so that stands in another file.
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
    await mkdir(path, { recursive: true });
    const lock = new Libsql(join(path, 'lock.db'));
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
