import { existsSync } from 'node:fs';
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
    this.#lock = FolderLock.take(path);
    this.file = join(path, 'lro.db');
    this.isNew = !existsSync(this.file);
  }

  /** Tells other processes the URL that this process serves. */
  servedAt(url: string): void {
    this.#lock.servedAt(url);
  }

  close(): void {
    this.#lock.release();
  }
}
