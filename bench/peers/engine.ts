import type { Recorder } from './recorder.ts';

/**
 * The interface of an engine. Every engine does the same work. A parent has children, and each child completes at once with the
 * result `{ value }`. The parent waits durably for all of them, reads their results and completes with the sum. An operation
 * without children completes at once.
 *
 * The engine reports events to the recorder of this process, in which the client and the workers run.
 */
export interface Engine {
  readonly versions: Readonly<Record<string, string>>;
  /** Resolves once the engine has durably accepted the parent. The values of its children are 0, 1, 2 and so on. */
  createParent(id: string, children: number): Promise<unknown>;
  createSingle(id: string): Promise<unknown>;
  /** Resolves when all these operations are durably complete, with the time of the last one by `performance.now()`. */
  completed(ids: readonly string[]): Promise<number>;
  close(): Promise<unknown>;
}

/** Starts the engine's client and workers. `connection` is the connection string of its server. */
export type StartEngine = (recorder: Recorder, connection: string) => Promise<Engine>;
