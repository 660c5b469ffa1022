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

/** What takes the place of a call that is not made. */
export type Substitute =
  | {
      /** The call is answered in its place. */
      readonly kind: 'answer';
      /** Throws Raised where the call is to fail. */
      readonly answer: () => Value | Promise<Value>;
      /** How long the call takes, in time of the executor's clock. */
      readonly delayMs: number;
    }
  /** Ends the execution. No `except` sees it, because what is wrong is not the workflow. */
  | {
      /** The execution ends. */
      readonly kind: 'refuse';
      /** Why. */
      readonly message: string;
    };

/** Decides about every call that a workflow makes; an executor without one makes them all. */
export interface CallGate {
  /** Undefined: the call is made. */
  decide(call: OutgoingCall): Substitute | undefined;
}

/** A call with what came of it, for reports. */
export interface CallRecord extends OutgoingCall {
  /** What came of the call: its result, or what it raised. */
  readonly outcome: {
    /** Whether the call returned or raised. */
    readonly kind: 'result' | 'raise';
    /** What it returned or raised. */
    readonly value: Value;
  };
  /** Whether a mock, or another gate, answered it. */
  readonly substituted: boolean;
}

/** Whether a call reaches other services. Those are the calls that a test must have a mock for. */
export function reachesOut({ call, kind }: Pick<OutgoingCall, 'call' | 'kind'>): boolean {
  return kind === 'connector' || call.startsWith('http.') || call.startsWith('experimental.executions.');
}
