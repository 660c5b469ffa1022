import type { CallGate, CallRecord } from './calls/outgoing-call.ts';
import type { Clock } from './clock.ts';
import type { DurableStore } from './durable/durable-store.ts';
import type { StepEntry } from './runner/history.ts';
import type { RunEnvironment, StepStop } from './runner/run-environment.ts';
import type { Authorize, LogEntry } from './stdlib/function.ts';

/** The options of {@link Executor}. */
export interface ExecutorOptions {
  /** The clock. Default: real time. A {@link VirtualClock} makes time pass without waiting. */
  readonly clock?: Clock;
  /** The project in names if the caller gives none. Any project and location is accepted. Default: `local`. */
  readonly project?: string;
  /** See `project`. */
  readonly location?: string;
  /** Variables of `sys.get_env` for every workflow. */
  readonly env?: Readonly<Record<string, string>>;
  /** The base of callback URLs. A function if the URL is known only later. */
  readonly baseUrl?: string | (() => string);
  /** Returns the headers for the `auth` of an HTTP call. Default: none. */
  readonly authorize?: Authorize;
  /** Called for each `sys.log`. */
  readonly onLog?: (entry: LogEntry, executionName: string) => void;
  /** Called when a step begins. */
  readonly onStep?: (entry: StepEntry) => void;
  /** Decides about calls before they are made. Mocks are one use. */
  readonly gate?: CallGate;
  /** Called after every call of a function, a connector or a subworkflow, with its outcome. */
  readonly onCall?: (record: CallRecord, executionName: string) => void;
  /** Called before each step; the execution waits for the promise. For debuggers. */
  readonly beforeStep?: (stop: StepStop) => Promise<void> | undefined;
  /** Called with the branch that a `switch` takes, and when an `except` runs. */
  readonly onBranch?: RunEnvironment['onBranch'];
  /** The largest number of running executions, including sleeping ones. Default: 10,000, Google's quota. */
  readonly concurrentExecutions?: number;
  /** The largest number of executions in state QUEUED. Further ones are refused. Default: 100,000. */
  readonly backlog?: number;
  /** Keeps workflows and executions for the next process, which continues those that have not ended. @internal */
  readonly store?: DurableStore;
  /** The variables that name emulators, such as `PUBSUB_EMULATOR_HOST`. Default: the environment of the process. */
  readonly emulators?: Readonly<Record<string, string | undefined>>;
  /** Whether connectors may call Google, with Application Default Credentials. */
  readonly allowGoogle?: boolean;
}
