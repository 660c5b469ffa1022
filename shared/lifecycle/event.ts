import type { EventOrder } from './event-order.ts';
import type { Creation } from './operation.ts';
import type { OperationName } from './operation-name.ts';
import type { AnyValue, Status } from './result.ts';
import type { ResumedBy, WaitCause, WaitTerms } from './wait.ts';

/** What every event says. */
export interface EventHeader {
  readonly operation: OperationName;
  readonly eventId: string;
  /** Milliseconds since the epoch. `order` keeps the full precision. */
  readonly occurTime: number;
  readonly order: EventOrder;
}

/** What the worker needs to go on; a part that is absent leaves what was saved before. */
export interface Savepoint {
  readonly checkpoint?: Uint8Array;
  readonly resumePoint?: string;
}

/** The events of the contract, which workers and the Operations API give. */
export type WorkerEvent =
  | { readonly type: 'created'; readonly creation: Creation; readonly metadata?: AnyValue }
  | { readonly type: 'progressed'; readonly metadata?: AnyValue }
  | ({ readonly type: 'checkpointed' } & Savepoint)
  | ({
      readonly type: 'waiting';
      readonly terms: WaitTerms;
      /** The children of this deployment, each once. */
      readonly children: readonly OperationName[];
    } & Savepoint)
  | { readonly type: 'succeeded'; readonly response: AnyValue }
  | { readonly type: 'failed'; readonly error: Status }
  | { readonly type: 'cancelRequested'; readonly cascade: boolean }
  | { readonly type: 'cancelled' };

/** The one event that the orchestrator gives itself: a wait is over. */
export interface ResumedEvent {
  readonly type: 'resumed';
  readonly waitId: string;
  readonly cause: WaitCause;
  readonly by: ResumedBy;
}

/** The one event that only the Operations API gives: nobody is interested in the operation any more (AIP-151). */
export interface DeletedEvent {
  readonly type: 'deleted';
}

export type EventType = (WorkerEvent | ResumedEvent | DeletedEvent)['type'];

export type LifecycleEvent = EventHeader & (WorkerEvent | ResumedEvent | DeletedEvent);

/** Event ids that start so belong to the orchestrator: a worker's event may not stand in the way of one of them. */
export const RESERVED_EVENT_ID_PREFIX = 'lro:';

/** One id for each wait: the history's own dedupe makes a second resume impossible. */
export function resumedEventId(waitId: string): string {
  return `${RESERVED_EVENT_ID_PREFIX}resumed:${waitId}`;
}

/** One id for each operation: it is deleted once. */
export const DELETED_EVENT_ID = `${RESERVED_EVENT_ID_PREFIX}deleted`;

/**
 * One id for a cancel and all that it cascades to: an operation that is reached twice, by a repeat or by a circle of
 * parents, takes it once.
 */
export function cascadedCancelId(operation: OperationName, eventId: string): string {
  const prefix = `${RESERVED_EVENT_ID_PREFIX}cancel:`;
  return eventId.startsWith(prefix) ? eventId : `${prefix}${operation}:${eventId}`;
}
