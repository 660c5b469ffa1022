import type { ChildKind, ChildRef } from '../client/definition.ts';
import type { Duration } from '../client/duration.ts';
import type { NamedSchemas, Out } from '../client/schema.ts';
import type { Children } from './child-result.ts';
import type { Failure } from './failure.ts';
import type { Next, Transition, Wait } from './transition.ts';

/** Why `op.signal` was aborted. */
export type Aborted = 'CANCEL' | 'LEASE_LOST' | 'SHUTDOWN' | 'TIMEOUT';

export type Log = Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: object) => void>;

/** The argument of a step. A step may destructure it: `start({ input, spawn }) { … }`. */
export interface Op<I, S, K extends string, M, N extends NamedSchemas> {
  readonly name: string;
  readonly input: I;
  readonly attempt: number;
  /** The number of tries of this step since the operation reached it, this one included. */
  readonly try: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The name of the parent operation, or `''` if there is none. */
  readonly parent: string;
  /** A draft of the state. A returned transition or `checkpoint()` saves it. It is discarded if the step throws. */
  state: S;
  readonly signal: AbortSignal;
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
  readonly log: Log;
  // Each of the following ends the step, which has to return the result. A step cannot pause.
  spawn(children: readonly ChildRef<unknown>[], next: Wait<K>): Transition<K>;
  waitFor<P extends keyof N & string>(notification: P, next: Next<K>): Transition<K>;
  wait<P extends keyof N & string>(
    on: { children?: readonly ChildRef<unknown>[]; notifications?: readonly P[]; sleep?: Duration },
    next: Wait<K>,
  ): Transition<K>;
  sleep(duration: Duration, next: Next<K>): Transition<K>;
  /** Saves the state and continues at `step` in this attempt. The count of tries begins again. */
  go(step: K): Transition<K>;
  /** Ends an operation whose definition has no response. */
  done(): Transition<never>;
}
