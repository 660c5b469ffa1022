import type { Recorder } from './recorder.ts';

/**
 * One engine at the same work as every other: a parent with children, each of which completes at once with the result
 * `{ value }`; the parent waits durably for all of them, reads their results and completes with the sum. And an operation
 * without children, which completes at once.
 *
 * The engine tells the recorder what happens in this process; client and workers share it.
 */
export interface Engine {
  readonly versions: Readonly<Record<string, string>>;
  /** Resolves once the engine has taken the parent, and durably so. The values of its children are 0, 1, 2 and so on. */
  createParent(id: string, children: number): Promise<unknown>;
  createSingle(id: string): Promise<unknown>;
  /**
   * Resolves when all these operations are durably complete, with the time at which the last one was, as
   * `performance.now()` has it.
   */
  completed(ids: readonly string[]): Promise<number>;
  close(): Promise<unknown>;
}

/** Starts the engine's client and workers; `connection` is what its server gave. */
export type StartEngine = (recorder: Recorder, connection: string) => Promise<Engine>;
