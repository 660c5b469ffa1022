/** The part of an attempt that a step can reach through `op`. The attempt implements it. */
import type { AttemptParts } from './attempt-parts.ts';
import type { WaitChildren } from './child-results.ts';
import type { Failure } from './failure.ts';
import type { Aborted, Log } from './op.ts';
import type { WorkerSpec } from './operation.ts';
import type { Progress } from './progress.ts';
import type { SavedWork } from './saved-work.ts';
import type { Signal } from './signal.ts';

export interface StepAttempt {
  readonly signal: Signal;
  readonly worker: WorkerSpec;
  readonly input: unknown;
  readonly parts: AttemptParts;
  readonly children: WaitChildren;
  readonly progress: Progress;
  readonly work: SavedWork;
  readonly failure: Failure | undefined;
  readonly aborted: Aborted | undefined;
  /** Whether the step has to stop because of a cancel, even if another reason came before or after it. */
  readonly cancelRequested: boolean;
  readonly abortSignal: AbortSignal;
  /** Whether the attempt has ended, so that `op` refuses each call. */
  readonly past: boolean;
  /** The log of a step, whose lines name the operation. */
  log(step: string): Log;
  /** Saves the state within the current step. @throws OperationError ABORTED if the attempt is past. */
  save(state: unknown): Promise<void>;
}
