import type { ChildKind, ChildRef } from '../client/definition.ts';
import type { Duration } from '../client/duration.ts';
import type { NamedSchemas, Out } from '../client/schema.ts';
import type { Children } from './child-result.ts';
import type { Failure } from './failure.ts';
import type { Next, Transition, Wait } from './transition.ts';

/** Why `op.signal` was aborted. */
export type Aborted = 'CANCEL' | 'LEASE_LOST' | 'SHUTDOWN' | 'TIMEOUT';

export type Log = Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: object) => void>;

/** What a step is given. Its functions can be taken out of it: `start({ input, spawn }) { … }`. */
export interface Op<I, S, K extends string, M, N extends NamedSchemas> {
  readonly name: string;
  readonly input: I;
  readonly attempt: number;
  /** How often this step was attempted since it was reached, this time included. */
  readonly try: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The name of the operation that spawned this one; `''` where none did. */
  readonly parent: string;
  /** A draft: saved by a returned transition and by `checkpoint()`, forgotten when the step throws. */
  state: S;
  readonly signal: AbortSignal;
  readonly aborted: Aborted | undefined;
  /** In a step that was reached by a `catch`. */
  readonly failure: Failure | undefined;
  /** The results of this definition's children in the last wait. */
  children<R>(of: ChildKind<R>): Children<R>;
  /** What the last wait took; undefined where it ended without. */
  notification<P extends keyof N & string>(name: P): Out<N[P]> | undefined;
  /** A UUID: an idempotency key of the operation and the name, whatever the step, the try or the worker. */
  key(effect: string): string;
  /** Resolves once the orchestrator has the state. @throws OperationError ABORTED where this attempt is past. */
  checkpoint(): Promise<void>;
  /** Replaces the operation's metadata: at most once a second, the last always. */
  progress(metadata: M): void;
  /** `fetch` that ends with `signal`. */
  readonly fetch: typeof fetch;
  readonly log: Log;
  // Ways to end a step; there is no pause within one.
  spawn(children: readonly ChildRef<unknown>[], next: Wait<K>): Transition<K>;
  waitFor<P extends keyof N & string>(notification: P, next: Next<K>): Transition<K>;
  wait<P extends keyof N & string>(
    on: { children?: readonly ChildRef<unknown>[]; notifications?: readonly P[]; sleep?: Duration },
    next: Wait<K>,
  ): Transition<K>;
  sleep(duration: Duration, next: Next<K>): Transition<K>;
  /** Saves the state and goes on there, in this attempt, with its tries counted anew. */
  go(step: K): Transition<K>;
  /** For an operation without a response. */
  done(): Transition<never>;
}
