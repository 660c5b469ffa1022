/** The client of a deployment: every call that an application can make. */
import type { BulkAction, BulkOptions } from './bulk.ts';
import type { CreateOptions, Definition } from './definition.ts';
import type { Duration } from './duration.ts';
import type { JsonObject } from './json.ts';
import type { OperationError } from './operation-error.ts';
import type { OperationResource } from './operation-resource.ts';
import type { In, MaybeSchema, NamedSchemas, Out, Schema } from './schema.ts';
import type { OperationChange } from './watch.ts';

export interface CallOptions {
  signal?: AbortSignal;
}

export interface ChildRow {
  readonly name: string;
  readonly method: string;
  readonly key: string;
  readonly outcome: string;
  readonly response?: JsonObject;
  readonly error?: OperationError;
  readonly createTime?: string;
  readonly completeTime?: string;
}

/** Explains why an operation is not done, or why it ended as it did. */
export interface Explanation {
  /** The whole explanation in one sentence. */
  readonly sentence: string;
  readonly name: string;
  readonly state: string;
  /** What the operation finally waits for, through any number of nested waits. */
  readonly blockedBy: readonly {
    readonly name: string;
    readonly description: string;
    /** RFC 3339. */
    readonly since: string;
    /** What wakes it next, and when. */
    readonly wakes: { readonly by: string; readonly time?: string; readonly overdue?: boolean };
  }[];
  /** The chain of operations whose ends caused its own end. */
  readonly causes?: readonly { readonly name: string; readonly state: string; readonly endedBy: string }[];
}

export interface RerunOptions {
  /** Default: RESUME_POINT. */
  from?: 'START' | 'RESUME_POINT';
  failedChildrenOnly?: boolean;
  operationId?: string;
  requestId?: string;
}

/** A handle of one operation, for its creator or any other caller. */
export interface Handle<R, N extends NamedSchemas> {
  /** `operations/{id}` */
  readonly name: string;
  get(): Promise<OperationResource>;
  /**
   * Returns the response once the operation is done. @throws OperationError: the operation's own error, or
   * DEADLINE_EXCEEDED after `timeout`
   */
  result(options?: { timeout?: Duration; signal?: AbortSignal }): Promise<R>;
  /** Asks the worker and the children to stop. */
  cancel(): Promise<void>;
  notify<P extends keyof N & string>(
    name: P,
    payload: In<N[P]>,
    options?: { requestId?: string },
  ): Promise<void>;
  /** Creates a new operation with the method and the input of this one, which has ended. */
  rerun(options?: RerunOptions): Promise<Handle<R, N>>;
  /** Explains why the operation is not done, or why it ended as it did. */
  explain(): Promise<Explanation>;
  /** Yields the operation's states from now on, until it is done. */
  watch(options?: CallOptions): AsyncIterable<OperationChange>;
  /** Lists the children of one of its waits. Default: the newest wait. */
  children(options?: { waitId?: string; outcome?: string }): AsyncIterable<ChildRow>;
}

export interface Operations {
  /**
   * Creates an operation. A repeated call with the same `requestId` returns the operation of the first call (AIP-155).
   */
  create<I extends Schema, R extends MaybeSchema, M extends MaybeSchema, N extends NamedSchemas>(
    of: Definition<I, R, M, N>,
    input: In<I>,
    options?: CreateOptions & { operationId?: string; requestId?: string },
  ): Promise<Handle<Out<R>, N>>;
  /** Returns a handle of an existing operation, without a call. */
  open<R extends MaybeSchema, N extends NamedSchemas>(
    of: Definition<any, R, any, N>,
    name: string,
  ): Handle<Out<R>, N>;
  get(name: string): Promise<OperationResource>;
  /** Lists all operations that match, newest first, across pages. `filter` is an AIP-160 filter. */
  list(options?: { filter?: string; pageSize?: number }): AsyncIterable<OperationResource>;
  /** Returns the operation when it is done, or its latest state after `timeout`. */
  wait(name: string, options?: { timeout?: Duration; signal?: AbortSignal }): Promise<OperationResource>;
  cancel(name: string): Promise<void>;
  delete(name: string): Promise<void>;
  notify(
    name: string,
    notification: string,
    payload: JsonObject,
    options?: { requestId?: string },
  ): Promise<void>;
  rerun(name: string, options?: RerunOptions): Promise<OperationResource>;
  /**
   * Cancels, reruns or deletes all operations that a filter matches and that were created before the call. Resolves with the
   * operation of the call, which goes on by itself: its metadata counts what is done, and `cancel` of its name stops it.
   */
  bulk(action: BulkAction, options: BulkOptions): Promise<OperationResource>;
  explain(name: string): Promise<Explanation>;
  /** Yields changes from now on, and reconnects after a lost connection. */
  watch(
    options?: CallOptions & { name?: string; filter?: string; lastEventId?: string },
  ): AsyncIterable<OperationChange>;
  children(name: string, options?: { waitId?: string; outcome?: string }): AsyncIterable<ChildRow>;
}
