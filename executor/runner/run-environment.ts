import type { CallGate, CallRecord } from '../calls/outgoing-call.ts';
import type { ChildRun } from '../child-run.ts';
import type { Clock } from '../clock.ts';
import type { DestinationSettings } from '../connectors/destination.ts';
import type { Journal } from '../durable/journal.ts';
import type { CallbackRegistry } from '../stdlib/callback-registry.ts';
import type { Authorize, LogEntry } from '../stdlib/function.ts';
import type { Value } from '../values/value.ts';
import type { StepEntry } from './history.ts';
import type { Turns } from './turns.ts';

/** A step that is about to run, for a debugger. */
export interface StepStop {
  /** The subworkflow in which the step is; `main` for the main one. */
  readonly routine: string;
  /** The name of the step. */
  readonly step: string;
  /** The line of the step in the source, from 1. */
  readonly line: number;
  /** How deep the step is: calls and blocks count. */
  readonly depth: number;
  /** The variables that are set and that the step can read. */
  readonly variables: () => ReadonlyMap<string, Value>;
  /** Ends the execution as cancelled. */
  readonly cancel: () => void;
}

/** What an execution gets from the executor that runs it. */
export interface RunEnvironment {
  readonly clock: Clock;
  readonly callbacks: CallbackRegistry;
  readonly turns: Turns;
  readonly authorize?: Authorize;
  readonly baseUrl: () => string;
  readonly onLog: (entry: LogEntry, executionName: string) => void;
  readonly onStep?: (entry: StepEntry) => void;
  /** Decides about calls before they are made. */
  readonly gate?: CallGate;
  /** Told of every call, with what came of it. */
  readonly onCall?: (record: CallRecord, executionName: string) => void;
  /** Called before each step; the step waits for the promise. */
  readonly beforeStep?: (stop: StepStop) => Promise<void> | undefined;
  /** Told which way control takes at a `switch` or into an `except`, for coverage. */
  readonly onBranch?: (
    branch: { readonly line: number; readonly step: string; readonly branch: string },
    executionName: string,
  ) => void;
  /** Where the calls are recorded, for an execution that outlives its process. */
  readonly journal?: Journal;
  readonly destinations: DestinationSettings;
  readonly accessToken: (scopes: readonly string[]) => Promise<string>;
  /** @param id of the execution, where it must be the same each time the workflow runs */
  readonly runWorkflow: (
    workflowId: string,
    argument: Value,
    run: ChildRun,
    signal: AbortSignal,
    id: string | undefined,
  ) => Promise<Value>;
}
