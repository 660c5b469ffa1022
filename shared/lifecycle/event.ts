import type { EventPosition } from './event-order.ts';
import type { Creation } from './operation.ts';
import type { OperationName } from './operation-name.ts';
import type { Restart } from './restart.ts';
import type { AnyValue, Status } from './result.ts';
import type { SpawnedChild } from './spawn.ts';
import type { ResumedBy, WaitCause, WaitTerms } from './wait.ts';

/** What every event says. Times are milliseconds since the epoch. */
export interface EventHeader {
  readonly operation: OperationName;
  /** The dedupe key, within the attempt where the event names one: see dedupeKey. */
  readonly eventId: string;
  /** By the worker's clock. `position` keeps the full precision. */
  readonly occurTime: number;
  /** By the bus's clock, or when the call came: what deadlines, sleeps and leases count from. */
  readonly publishTime: number;
  readonly position: EventPosition;
  /** The attempt that the worker is at, from 1 on. */
  readonly attempt?: number;
  /** Names the worker's process. */
  readonly worker?: string;
  /** The W3C trace context that the event belongs to. It decides nothing. */
  readonly traceparent?: string;
}

/** What the worker needs to go on; a part that is absent leaves what was saved before. */
export interface Savepoint {
  readonly checkpoint?: Uint8Array;
  readonly resumePoint?: string;
}

export interface WaitingEvent extends Savepoint {
  readonly type: 'waiting';
  readonly terms: WaitTerms;
  /** The children of this deployment that are there already, each once, in the order in which the event names them. */
  readonly children: readonly OperationName[];
  /** The children that the event creates; they stand before `children`. */
  readonly spawn: readonly SpawnedChild[];
}

/** The events of the contract, which workers and the Operations API give. */
export type WorkerEvent =
  | {
      readonly type: 'created';
      readonly creation: Creation;
      readonly metadata?: AnyValue;
      /** The orchestrator's own: the operation goes on where an earlier one ended. */
      readonly restart?: Restart;
      /** The orchestrator does the work itself. */
      readonly isOwnWork?: true;
    }
  | { readonly type: 'progressed'; readonly metadata?: AnyValue }
  | ({ readonly type: 'checkpointed' } & Savepoint)
  | { readonly type: 'heartbeat'; readonly catchPoint?: string }
  | WaitingEvent
  | { readonly type: 'notified'; readonly name: string; readonly payload?: AnyValue }
  | { readonly type: 'succeeded'; readonly response: AnyValue }
  | { readonly type: 'failed'; readonly error: Status }
  | {
      readonly type: 'attemptFailed';
      /** Absent where the attempt is released. */
      readonly error?: Status;
      readonly retryDelayMs?: number;
      readonly released: boolean;
    }
  | { readonly type: 'cancelRequested'; readonly cascade: boolean }
  | { readonly type: 'cancelled' };

/** A wait is over. */
export interface ResumedEvent {
  readonly type: 'resumed';
  readonly waitId: string;
  readonly cause: WaitCause;
  readonly by: ResumedBy;
  /** The keys of the children of which nothing exists, where the deadline ends the wait. */
  readonly missing?: readonly string[];
  /** The W3C `traceparent` of what began the wait. */
  readonly waitTrace?: string;
}

/** The clock has come to something that was due: the core looks at what is, and does it. */
export interface ElapsedEvent {
  readonly type: 'elapsed';
  /**
   * Since when `sweep` has run without a gap: a lease that ran out while nothing swept may have been renewed by an event
   * that is still on its way.
   */
  readonly sweptSince: number;
}

/** An event of a worker broke a rule, which the operation's history keeps. */
export interface RejectedEvent {
  readonly type: 'rejected';
  /** The event that was rejected, as far as it could be read. */
  readonly rejected: WorkerEvent['type'] | 'unknown';
  /** The attempt that it names. The event id of the rejection itself counts for the whole operation. */
  readonly of?: number;
  readonly field: string;
  readonly reason: string;
}

/** The one event that only the Operations API gives: the operation is of no interest any more (AIP-151). */
export interface DeletedEvent {
  readonly type: 'deleted';
}

/** The events that the orchestrator gives itself. */
export type OwnEvent = ResumedEvent | ElapsedEvent | RejectedEvent | DeletedEvent;

export type EventType = (WorkerEvent | OwnEvent)['type'];

export type LifecycleEvent = EventHeader & (WorkerEvent | OwnEvent);

export type EventOf<T extends EventType> = EventHeader & Extract<LifecycleEvent, { type: T }>;

/** Event ids that start so belong to the orchestrator: a worker's event may not stand in the way of one of them. */
export const RESERVED_EVENT_ID_PREFIX = 'lro:';

/** What tells an event from the others of its operation: an event id counts within its attempt. */
export function dedupeKey({ attempt, eventId }: Pick<EventHeader, 'attempt' | 'eventId'>): string {
  return attempt === undefined ? eventId : `${RESERVED_EVENT_ID_PREFIX}attempt:${attempt}:${eventId}`;
}

/** One id for each wait: the history's own dedupe makes a second resume impossible. */
export function resumedEventId(waitId: string): string {
  return `${RESERVED_EVENT_ID_PREFIX}resumed:${waitId}`;
}

/** One id for each operation: it is deleted once. */
export const DELETED_EVENT_ID = `${RESERVED_EVENT_ID_PREFIX}deleted`;

/** One id for each wait and parent: a child is created once, however often the batch is repeated. */
export function spawnEventId(parent: OperationName, waitId: string): string {
  return `${RESERVED_EVENT_ID_PREFIX}spawn:${parent}:${waitId}`;
}

/**
 * One id for a cancel and all that it cascades to: an operation that is reached twice, by a repeat or by a circle of
 * parents, takes it once.
 */
export function cascadedCancelId(operation: OperationName, eventId: string): string {
  const prefix = `${RESERVED_EVENT_ID_PREFIX}cancel:`;
  return eventId.startsWith(prefix) ? eventId : `${prefix}${operation}:${eventId}`;
}
