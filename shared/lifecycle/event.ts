import type { EventPosition } from './event-order.ts';
import type { Creation } from './operation-facts.ts';
import type { OperationName } from './operation-name.ts';
import type { Restart } from './restart.ts';
import type { AnyValue, Status } from './result.ts';
import type { Savepoint } from './savepoint.ts';
import type { SpawnedChild } from './spawn.ts';
import type { ResumedBy, WaitCause, WaitTerms } from './wait.ts';

/** The fields that every event has. Times are milliseconds since the epoch. */
export interface EventHeader {
  readonly operation: OperationName;
  /** The dedupe key, unique within the attempt that the event names. See `dedupeKey`. */
  readonly eventId: string;
  /** By the worker's clock. `position` keeps the full precision. */
  readonly occurTime: number;
  /** By the clock of Pub/Sub, or when the API call came. Deadlines, sleeps and leases count from it. */
  readonly publishTime: number;
  readonly position: EventPosition;
  /** The attempt that the worker is working on, from 1. */
  readonly attempt?: number;
  /** Identifies the worker's process. */
  readonly worker?: string;
  /** The W3C trace context that the event belongs to. It decides nothing. */
  readonly traceparent?: string;
}

export interface WaitingEvent extends Savepoint {
  readonly type: 'waiting';
  readonly terms: WaitTerms;
  /** The children of this deployment that already exist, without duplicates, in the order of the event. */
  readonly children: readonly OperationName[];
  /** The children that the event spawns. In the wait they come before `children`. */
  readonly spawn: readonly SpawnedChild[];
}

/** The events that workers publish and the Operations API makes. */
export type WorkerEvent =
  | {
      readonly type: 'created';
      readonly creation: Creation;
      readonly metadata?: AnyValue;
      /** Only the orchestrator sets this: the operation goes on where an earlier one ended (rerun). */
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
      /** Absent if the worker releases the attempt. */
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
  /** The keys of the children that do not exist when the deadline ends the wait. */
  readonly missing?: readonly string[];
  /** The W3C `traceparent` of what began the wait. */
  readonly waitTrace?: string;
}

/** Something of the operation is due. The core decides from the operation what that is. */
export interface ElapsedEvent {
  readonly type: 'elapsed';
  /**
   * The start of the current period in which `sweep` has run without a gap. A lease that ran out while nothing swept may have
   * been renewed by an event that has not arrived yet.
   */
  readonly sweptSince: number;
}

/** A worker's event broke a rule. The operation's history records the rejection. */
export interface RejectedEvent {
  readonly type: 'rejected';
  /** The rejected event, as far as it could be read. */
  readonly rejected: WorkerEvent['type'] | 'unknown';
  /** The attempt that the rejected event names. The event id of the rejection itself counts for the whole operation. */
  readonly of?: number;
  readonly field: string;
  readonly reason: string;
}

/** The operation is deleted (AIP-151). Only the Operations API makes this event. */
export interface DeletedEvent {
  readonly type: 'deleted';
}

/** The events that the orchestrator makes itself. */
export type OwnEvent = ResumedEvent | ElapsedEvent | RejectedEvent | DeletedEvent;

export type EventType = (WorkerEvent | OwnEvent)['type'];

/** Whether the orchestrator itself makes events of this type, so that such an event comes from no worker and no bus. */
export function isOwnEvent(type: EventType): boolean {
  return type === 'resumed' || type === 'elapsed' || type === 'rejected' || type === 'deleted';
}

export type LifecycleEvent = EventHeader & (WorkerEvent | OwnEvent);

export type EventOf<T extends EventType> = EventHeader & Extract<LifecycleEvent, { type: T }>;

/** The prefix of event ids that are reserved for the orchestrator: a worker's event must not block one of them. */
export const RESERVED_EVENT_ID_PREFIX = 'lro:';

/** The dedupe key of an event: an event id is unique within its attempt. */
export function dedupeKey({ attempt, eventId }: Pick<EventHeader, 'attempt' | 'eventId'>): string {
  return attempt === undefined ? eventId : `${RESERVED_EVENT_ID_PREFIX}attempt:${attempt}:${eventId}`;
}

/** One id for each wait: the dedupe record of the first resume makes a second one impossible. */
export function resumedEventId(waitId: string): string {
  return `${RESERVED_EVENT_ID_PREFIX}resumed:${waitId}`;
}

/** One id for each operation: it is deleted once. */
export const DELETED_EVENT_ID = `${RESERVED_EVENT_ID_PREFIX}deleted`;

/** One id for each wait and parent: a child is created once, however often its batch is repeated. */
export function spawnEventId(parent: OperationName, waitId: string): string {
  return `${RESERVED_EVENT_ID_PREFIX}spawn:${parent}:${waitId}`;
}

/**
 * One id for a cancel request and all the requests that cascade from it. An operation that the cascade reaches twice, by a
 * repeat or by a cycle of parents, takes it once.
 */
export function cascadedCancelId(operation: OperationName, eventId: string): string {
  const prefix = `${RESERVED_EVENT_ID_PREFIX}cancel:`;
  return eventId.startsWith(prefix) ? eventId : `${prefix}${operation}:${eventId}`;
}
