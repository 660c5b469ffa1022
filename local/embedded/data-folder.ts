import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { FolderLock } from '../../shared/files/folder-lock.ts';
import { makeFolder } from '../../shared/files/make-folder.ts';

/**
 * The folder of `--data`. Only one process may use it at a time: two processes would split the messages of one bus between
 * them.
 */
export class DataFolder {
  /** The file with the operations and the messages. */
  readonly file: string;
  /** Whether the folder had no database before. */
  readonly isNew: boolean;
  readonly #lock: FolderLock;

  /**
   * Creates the folder if it does not exist, and locks it.
   *
   * @throws FolderInUse
   */
  constructor(path: string) {
    makeFolder(path);
    this.file = join(path, 'lro.db');
    this.isNew = !existsSync(this.file);
    if (!this.isNew) requireWritable(this.file);
    this.#lock = FolderLock.take(path);
  }

  /** Tells other processes the URL that this process serves. */
  servedAt(url: string): void {
    this.#lock.servedAt(url);
  }

  close(): void {
    this.#lock.release();
  }
}

/** SQLite says only that it cannot open the file, or opens it and refuses the first write. */
function requireWritable(file: string): void {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new Error(`${file} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}
