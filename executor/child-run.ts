import type { Raised } from './errors/raised.ts';
import type { ExecutionError } from './errors/report.ts';
import type { RequestError } from './errors/request-error.ts';
import type { ValueMap } from './values/value.ts';

/** The part of an execution that its failure is made of. */
export interface FailedChild {
  readonly name: string;
  readonly state: string;
  readonly error: ExecutionError | undefined;
  /** The whole execution, as the API shows it. */
  readonly resource: ValueMap;
}

/** How a step runs another workflow of the same executor. */
export interface ChildRun {
  /** How long the step waits. The execution continues after that. */
  readonly timeoutMs: number;
  /** Whether the step waits for the end. If it does not, it goes on with null. */
  readonly waits: boolean;
  /** The error of the step if the execution fails or cannot start. */
  readonly failure: (cause: FailedChild | RequestError) => Raised;
}
