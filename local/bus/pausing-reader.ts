import type { BacklogReader, StoredMessage } from './storage.ts';

/** Called when messages cannot be read. No further messages are read until `readAgain` is called. */
export type ReadFailed = (error: unknown, readAgain: () => void) => void;

/** Reads a stored backlog, and pauses after a failed read: a disk error must not end the process. */
export class PausingReader {
  readonly #reader: BacklogReader;
  readonly #readFailed: ReadFailed;
  #isPaused = false;

  constructor(reader: BacklogReader, readFailed: ReadFailed) {
    this.#reader = reader;
    this.#readFailed = readFailed;
  }

  /** Whether a message can be read again. */
  get keeps(): boolean {
    return this.#reader.keeps;
  }

  /** Returns undefined if the read fails or reads are paused. */
  read(after: number, limit: number): readonly StoredMessage[] | undefined {
    if (this.#isPaused) return undefined;
    try {
      return this.#reader.read(after, limit);
    } catch (error) {
      this.#isPaused = true;
      this.#readFailed(error, () => {
        this.#isPaused = false;
      });
      return undefined;
    }
  }
}
