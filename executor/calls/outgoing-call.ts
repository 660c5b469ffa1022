import type { Value, ValueMap } from '../values/value.ts';

/** A call that a step is about to make: a blocking function, a connector or a subworkflow. */
export interface OutgoingCall {
  /** As the step names it: `http.get`, `googleapis.pubsub.v1.projects.topics.publish`, the name of a subworkflow. */
  readonly call: string;
  /** A function of the standard library, a connector of a Google API, or a subworkflow of the file. */
  readonly kind: 'function' | 'connector' | 'subworkflow';
  /** The arguments that the step gives, by name. */
  readonly args: ValueMap;
  /** The subworkflow in which the step is; `main` for the main one. */
  readonly routine: string;
  /** The name of the step. */
  readonly step: string;
  /** The line of the step in the source, from 1. */
  readonly line: number;
}

/** The outcome of a call that a mock or another gate answers. */
export type Substitute =
  | {
      /** Returns the result of the call. */
      readonly kind: 'answer';
      /** Throws Raised where the call is to fail. */
      readonly answer: () => Value | Promise<Value>;
      /** The duration of the call, by the executor's clock. */
      readonly delayMs: number;
    }
  /** Ends the execution. No `except` catches this, because the workflow is not at fault. */
  | {
      /** The execution ends. */
      readonly kind: 'refuse';
      /** Why. */
      readonly message: string;
    };

/** Decides for every call of a workflow whether it is made. Without a gate, all calls are made. */
export interface CallGate {
  /**
   * Returns undefined if the call is to be made.
   *
   * @param executionName of the execution that makes it, which may be one that another execution has started
   */
  decide(call: OutgoingCall, executionName: string): Substitute | undefined;
}

/** A call and its outcome, for reports. */
export interface CallRecord extends OutgoingCall {
  /** The outcome of the call: its result, or the raised error. */
  readonly outcome: {
    /** Whether the call returned or raised. */
    readonly kind: 'result' | 'raise';
    /** The result or the raised error. */
    readonly value: Value;
  };
  /** Whether a mock or another gate answered it. */
  readonly substituted: boolean;
}

/** Whether a call reaches other services. Those are the calls that a test must have a mock for. */
export function reachesOut({ call, kind }: Pick<OutgoingCall, 'call' | 'kind'>): boolean {
  return kind === 'connector' || call.startsWith('http.') || call.startsWith('experimental.executions.');
}

/** Whether a call runs other workflows by their ids: `run` and `map`, of the standard library and of the connector. */
export function runsWorkflows(call: string): boolean {
  return call.startsWith('experimental.executions.') || /executions\.(run|map)$/.test(call);
}
