/** The client of a deployment: every call that an application can make. */
import type { BulkAction, BulkOptions } from './bulk.ts';
import type { CreateOptions, Definition } from './definition.ts';
import type { Duration } from './duration.ts';
import type { ExportedRecord } from './export.ts';
import type { Inspection } from './inspection.ts';
import type { JsonObject } from './json.ts';
import type { OperationError } from './operation-error.ts';
import type { OperationResource } from './operation-resource.ts';
import type { In, MaybeSchema, NamedSchemas, Out, Schema } from './schema.ts';
import type { OperationChange } from './watch.ts';

/** The options of a call that takes time. */
export interface CallOptions {
  /** Ends the call. It does not cancel the operation. */
  signal?: AbortSignal | undefined;
}

/** The options of {@link Operations.create}. */
export interface NewOperationOptions extends CreateOptions {
  /** The id of the operation, such as `order-7`. Default: a random one. */
  operationId?: string | undefined;
  /** A repeated call with the same request id returns the operation of the first call (AIP-155). Default: a random one. */
  requestId?: string | undefined;
}

/** A child of a wait, as the Operations API lists it. */
export interface ChildRow {
  /** `operations/{id}`, or the name that another service gave it. */
  readonly name: string;
  /** Absent for a child of another service, and for one that does not exist. */
  readonly method?: string;
  /** The key of a spawned child, behind the number of its wait: `1.cover` for the key `cover` of the first wait. */
  readonly key?: string;
  /** SUCCEEDED, FAILED, CANCELLED, NOT_FOUND, TIMED_OUT (the wait ended at its deadline before the child), or PENDING. */
  readonly outcome: string;
  /**
   * RUNNING, WAITING, SUCCEEDED, FAILED or CANCELLED: the present state of a child whose outcome is PENDING or TIMED_OUT. A wait keeps what
   * it knew when it ended, so such a child may have ended since. Absent if it does not exist, or is of another service.
   */
  readonly presentState?: string;
  /** Set if the child succeeded. */
  readonly response?: JsonObject;
  /** Set if the child failed or was cancelled. */
  readonly error?: OperationError;
  /** RFC 3339. */
  readonly createTime?: string;
  /** RFC 3339; absent while the child runs. */
  readonly completeTime?: string;
}

/** Explains why an operation is not done, or why it ended as it did. */
export interface Explanation {
  /** The whole explanation in one sentence. */
  readonly sentence: string;
  /** The operation that is explained: `operations/{id}`. */
  readonly name: string;
  /** RUNNING, WAITING, SUCCEEDED, FAILED or CANCELLED. */
  readonly state: string;
  /** What the operation finally waits for, through any number of nested waits. */
  readonly blockedBy: readonly {
    /** The operation that holds up the others. */
    readonly name: string;
    /** What it waits for, in a sentence. */
    readonly description: string;
    /** RFC 3339. */
    readonly since: string;
    /** What wakes it next, and when. */
    readonly wakes: {
      /** `event` (only an event can), `lease`, `deadline`, `sweep`, `workflow` or `retry`. */
      readonly by: string;
      /** RFC 3339; absent if no time is known. */
      readonly time?: string;
      /** Whether the time is so long past that something is wrong. */
      readonly overdue?: boolean;
    };
  }[];
  /** The chain of operations whose ends caused its own end, the explained operation first. */
  readonly causes?: readonly {
    /** The operation, or the child of another service. */
    readonly name: string;
    /** How it ended. */
    readonly state: string;
    /** The type of the event that ended it, or the timer that ran out, such as `DEADLINE`. */
    readonly endedBy: string;
  }[];
}

/** The answer of {@link Operations.erase}. */
export interface Erasure {
  /** Operations that run the erased one again. They have copies of its input and its checkpoint. */
  readonly reruns: readonly string[];
}

/** The options of {@link Operations.rerun}. The rules: docs/rerun.md. */
export interface RerunOptions {
  /** Default: RESUME_POINT. */
  from?: 'START' | 'RESUME_POINT' | undefined;
  /** Whether children that succeeded are kept, and only the others are made again. Default: false. */
  failedChildrenOnly?: boolean | undefined;
  /** The id of the new operation. Default: `{id}~2`, `{id}~3`, … */
  operationId?: string | undefined;
  /** A repeated call with the same request id returns the operation of the first call (AIP-155). */
  requestId?: string | undefined;
}

/** The metadata that a definition's workers publish. No field is certain, because there is none before the first `op.progress`. */
export type MetadataOf<M extends MaybeSchema> = M extends Schema ? Partial<Out<M>> : JsonObject;

/** A handle of one operation, for its creator or any other caller. `M` is the type of its metadata. */
export interface Handle<R, N extends NamedSchemas, M = JsonObject> {
  /** `operations/{id}` */
  readonly name: string;
  /** Reads the operation. @throws ApiError NOT_FOUND */
  get(): Promise<OperationResource<M>>;
  /**
   * Returns the response once the operation is done. @throws OperationError: the operation's own error, or
   * DEADLINE_EXCEEDED after `timeout`
   */
  result(options?: CallOptions & { timeout?: Duration | undefined }): Promise<R>;
  /** Asks the worker and the children to stop. */
  cancel(): Promise<void>;
  /**
   * Tells the operation a fact that it waits for, or will wait for.
   *
   * @throws OperationError INVALID_ARGUMENT if the schema refuses the payload; ApiError FAILED_PRECONDITION if the operation has ended
   */
  notify<P extends keyof N & string>(
    name: P,
    payload: In<N[P]>,
    options?: { requestId?: string | undefined },
  ): Promise<void>;
  /** Creates a new operation with the method and the input of this one, which has ended. */
  rerun(options?: RerunOptions): Promise<Handle<R, N, M>>;
  /** Explains why the operation is not done, or why it ended as it did. */
  explain(): Promise<Explanation>;
  /** Reads its input, its waits and how far their children are. For the progress of a fan-out, call it every second or two. */
  inspect(): Promise<Inspection>;
  /** Yields the operation's states from now on, until it is done. */
  watch(options?: CallOptions): AsyncIterable<OperationChange<M>>;
  /** Lists the children of one of its waits. Default: the newest wait. */
  children(options?: { waitId?: string | undefined; outcome?: string | undefined }): AsyncIterable<ChildRow>;
}

/**
 * The client. Every call rejects with an {@link ApiError} if the service refuses it, or UNAVAILABLE if nothing answers. A call that
 * can be repeated safely is retried on UNAVAILABLE, and on no other code (AIP-194).
 *
 * A `name` is `operations/{id}` or the id alone.
 */
export interface Operations {
  /**
   * Creates an operation. A repeated call with the same `requestId` returns the operation of the first call (AIP-155).
   */
  create<I extends Schema, R extends MaybeSchema, M extends MaybeSchema, N extends NamedSchemas>(
    of: Definition<I, R, M, N>,
    input: In<I>,
    options?: NewOperationOptions,
  ): Promise<Handle<Out<R>, N, MetadataOf<M>>>;
  /** Returns a handle of an existing operation, without a call. */
  open<R extends MaybeSchema, M extends MaybeSchema, N extends NamedSchemas>(
    of: Definition<any, R, M, N>,
    name: string,
  ): Handle<Out<R>, N, MetadataOf<M>>;
  /** Reads an operation. @throws ApiError NOT_FOUND */
  get(name: string): Promise<OperationResource>;
  /** Lists all operations that match, newest first, across pages. `filter` is an AIP-160 filter. */
  list(options?: {
    filter?: string | undefined;
    pageSize?: number | undefined;
  }): AsyncIterable<OperationResource>;
  /** Returns the operation when it is done, or its latest state after `timeout`. */
  wait(name: string, options?: CallOptions & { timeout?: Duration | undefined }): Promise<OperationResource>;
  /** Asks the worker and the children to stop. It resolves before they have. */
  cancel(name: string): Promise<void>;
  /** Deletes the operation, without stopping its work (AIP-151). @throws ApiError NOT_FOUND */
  delete(name: string): Promise<void>;
  /**
   * Erases an operation that has ended, deleted or not, with all that is kept of it. Resolves with the names of the operations that run it
   * again, which have copies of its input. Needs the access action `administer`. The rules: docs/data.md.
   *
   * @throws ApiError NOT_FOUND; FAILED_PRECONDITION if the operation still runs
   */
  erase(name: string): Promise<Erasure>;
  /** Yields all that is kept of an operation, deleted or not. Needs the access action `administer`. @throws ApiError NOT_FOUND */
  export(name: string): AsyncIterable<ExportedRecord>;
  /**
   * Tells an operation a fact that it waits for, or will wait for. The payload has at most 64 KiB.
   *
   * @throws ApiError FAILED_PRECONDITION if the operation has ended
   */
  notify(
    name: string,
    notification: string,
    payload: JsonObject,
    options?: { requestId?: string | undefined },
  ): Promise<void>;
  /** Creates a new operation with the method and the input of one that has ended. */
  rerun(name: string, options?: RerunOptions): Promise<OperationResource>;
  /**
   * Cancels, reruns or deletes all operations that a filter matches and that were created before the call. Resolves with the
   * operation of the call, which goes on by itself: its metadata counts what is done, and `cancel` of its name stops it.
   */
  bulk(action: BulkAction, options: BulkOptions): Promise<OperationResource>;
  /** Explains why an operation is not done, or why it ended as it did. */
  explain(name: string): Promise<Explanation>;
  /**
   * Reads the input of an operation, its waits and how far their children are. @throws ApiError NOT_FOUND
   *
   * @example const { counts } = (await lro.inspect(name)).waits.at(-1)?.children ?? {};
   */
  inspect(name: string): Promise<Inspection>;
  /** Yields changes from now on, and reconnects after a lost connection. */
  watch(
    options?: CallOptions & {
      name?: string | undefined;
      filter?: string | undefined;
      lastEventId?: string | undefined;
    },
  ): AsyncIterable<OperationChange>;
  /** Lists the children of one of its waits, in the order of the wait. Default: the newest wait. */
  children(
    name: string,
    options?: { waitId?: string | undefined; outcome?: string | undefined },
  ): AsyncIterable<ChildRow>;
}
