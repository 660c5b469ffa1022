import type { ChildKind, ChildRef } from '../client/definition.ts';
import type { Duration } from '../client/duration.ts';
import type { NamedSchemas, Out } from '../client/schema.ts';
import type { Children } from './child-result.ts';
import type { Failure } from './failure.ts';
import type { Next, Transition, Wait } from './transition.ts';

/** Why `op.signal` was aborted. */
export type Aborted = 'CANCEL' | 'LEASE_LOST' | 'SHUTDOWN' | 'TIMEOUT';

/** Where workers log: a function for each severity, with a message and fields. */
export type Log = Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: object) => void>;

/** The argument of a step. A step may destructure it: `start({ input, spawn }) { … }`. */
export interface Op<I, S, K extends string, M, N extends NamedSchemas> {
  /** `operations/{id}` */
  readonly name: string;
  /** The input in the output form of its schema. */
  readonly input: I;
  /** The number of the attempt, from 1: how often the orchestrator has handed the operation to a worker. */
  readonly attempt: number;
  /** The number of tries of this step since the operation reached it, this one included. */
  readonly try: number;
  /** The labels that the operation was created with. */
  readonly labels: Readonly<Record<string, string>>;
  /** The name of the parent operation, or `''` if there is none. */
  readonly parent: string;
  /** A draft of the state. A returned transition or `checkpoint()` saves it. It is discarded if the step throws. */
  state: S;
  /** Aborted when the work of this step is no longer wanted: pass it on to whatever waits. `aborted` says why. */
  readonly signal: AbortSignal;
  /**
   * Why `signal` was aborted; undefined if it was not. CANCEL: a cancel was requested. LEASE_LOST: another attempt has begun.
   * SHUTDOWN: this process stops. TIMEOUT: the step took longer than its `timeout`.
   */
  readonly aborted: Aborted | undefined;
  /** The error that a `catch` step handles. Undefined before any `catch`. */
  readonly failure: Failure | undefined;
  /** The results of the children of this kind in the last wait. */
  children<R>(of: ChildKind<R>): Children<R>;
  /** The payload of the notification that the last wait took, or undefined if it took none of this name. */
  notification<P extends keyof N & string>(name: P): Out<N[P]> | undefined;
  /** An idempotency key, a UUID, for an effect of this operation: the same in every step, try and worker. */
  key(effect: string): string;
  /** Saves the state. Resolves once it is saved. Rejects with OperationError ABORTED if this attempt is past. */
  checkpoint(): Promise<void>;
  /** Replaces the operation's metadata. Sent at most once a second. The last value is always sent. */
  progress(metadata: M): void;
  /** `fetch` that is aborted with `signal`. */
  readonly fetch: typeof fetch;
  /** Logs lines whose fields name the operation, its method, the attempt and the step. */
  readonly log: Log;
  // Each of the following ends the step, which has to return the result. A step cannot pause.
  /**
   * Creates children, all of them or none, and waits for them. It ends the step, which has to return the result.
   *
   * @example return op.spawn(pages.map((page) => renderPage({ page })), { then: 'collect', toleratedFailures: 1 })
   */
  spawn(children: readonly ChildRef<unknown>[], next: Wait<K>): Transition<K>;
  /**
   * Waits for a notification, which may have come before. It ends the step, which has to return the result.
   *
   * @example return op.waitFor('approval', { then: 'approved', timeout: '3d', catch: 'expired' })
   */
  waitFor<P extends keyof N & string>(notification: P, next: Next<K>): Transition<K>;
  /**
   * Waits for children, notifications and a time together. `sleep` comes first. It ends the step, which has to return the result.
   */
  wait<P extends keyof N & string>(
    on: {
      children?: readonly ChildRef<unknown>[] | undefined;
      notifications?: readonly P[] | undefined;
      sleep?: Duration | undefined;
    },
    next: Wait<K>,
  ): Transition<K>;
  /**
   * Waits for a time, up to 365 days, without a process that runs. It ends the step, which has to return the result.
   *
   * @example return op.sleep('30d', { then: 'remind' })
   */
  sleep(duration: Duration, next: Next<K>): Transition<K>;
  /** Saves the state and continues at `step` in this attempt. The count of tries begins again. */
  go(step: K): Transition<K>;
  /** Ends an operation whose definition has no response. */
  done(): Transition<never>;
}
