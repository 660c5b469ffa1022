import type { CallGate, CallRecord } from './calls/outgoing-call.ts';
import type { Clock } from './clock.ts';
import type { DurableStore } from './durable/durable-store.ts';
import type { StepEntry } from './runner/history.ts';
import type { RunEnvironment, StepStop } from './runner/run-state.ts';
import type { Authorize, LogEntry } from './stdlib/function.ts';

/** The options of {@link Executor}. */
export interface ExecutorOptions {
  /** Default: the real time. A {@link VirtualClock} passes as fast as nothing holds it. */
  readonly clock?: Clock;
  /** For names where the caller gives none. Any project and location is accepted. */
  readonly project?: string;
  /** See `project`. */
  readonly location?: string;
  /** Variables of `sys.get_env` for every workflow. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where callback URLs start; a function where it is only known later. */
  readonly baseUrl?: string | (() => string);
  /** Returns the headers for the `auth` of an HTTP call. Default: none. */
  readonly authorize?: Authorize;
  /** Told of each `sys.log`. */
  readonly onLog?: (entry: LogEntry, executionName: string) => void;
  /** Told of each step that begins. */
  readonly onStep?: (entry: StepEntry) => void;
  /** Decides about calls before they are made: mocks, for one. */
  readonly gate?: CallGate;
  /** Told of every call of a function, a connector or a subworkflow, with what came of it. */
  readonly onCall?: (record: CallRecord) => void;
  /** Called before each step; the execution waits for the promise. For debuggers. */
  readonly beforeStep?: (stop: StepStop) => Promise<void> | undefined;
  /** Told which way control takes at a `switch` or into an `except`. */
  readonly onBranch?: RunEnvironment['onBranch'];
  /** The quota of executions that run at once, sleeping ones included. 10,000 by default, as at Google. */
  readonly concurrentExecutions?: number;
  /** Executions above the quota that wait in state QUEUED; more are refused. 100,000 by default. */
  readonly backlog?: number;
  /** Keeps workflows and executions for the next process, which goes on with those that have not ended. @internal */
  readonly store?: DurableStore;
  /** Where emulators are found (`PUBSUB_EMULATOR_HOST` and the like); the process's own environment by default. */
  readonly emulators?: Readonly<Record<string, string | undefined>>;
  /** Whether connectors may call Google, with Application Default Credentials. */
  readonly allowGoogle?: boolean;
}
