import type { OperationName } from './operation-name.ts';
import type { WaitRef } from './wait.ts';

/** One sending of an attempt's signal. The orchestrator sends a signal again if no worker takes it. */
export interface Sending {
  readonly attempt: number;
  /** Counts from 1. */
  readonly send: number;
}

/**
 * An effect follows from a transition. It is committed with the transition as an outbox entry and carried out after the commit.
 * Every effect may be carried out twice.
 */
export type Effect =
  /** Publish the terminal operation to the completion topic. */
  | { readonly kind: 'publishCompletion' }
  /** Send START: hand the operation to a worker for the first time, or again from the beginning. */
  | ({ readonly kind: 'signalStart' } & Sending)
  /** Send RESUME: tell the worker to go on. Entries of a release without attempts have neither `attempt` nor `send`. */
  | ({ readonly kind: 'signalResume'; readonly waitId: string } & Partial<Sending>)
  /** Send RESUME at the catch point: tell a worker to take the last resort. */
  | ({ readonly kind: 'signalCatch' } & Sending)
  /** Send CANCEL: tell the worker to stop. `cause` is the id of the event that requested the cancel. */
  | { readonly kind: 'signalCancel'; readonly cause: string; readonly attempt?: number }
  /** Call the URL that the wait gave as its `resumeMethod`. */
  | { readonly kind: 'callResumeMethod'; readonly waitId: string; readonly attempt?: number }
  /**
   * Create the children that the wait spawns and record those that were done before the wait began. Then end the wait, or
   * launch its workflow.
   */
  | { readonly kind: 'startWait'; readonly waitId: string }
  /** Stop the workflow of a wait that has ended. */
  | { readonly kind: 'stopWorkflow'; readonly waitId: string }
  /** Settle a wait: one of its children has ended, or a notification has come. */
  | { readonly kind: 'settleWait'; readonly parent: WaitRef }
  /**
   * Settle the remaining waits of an ended operation that has more waits than one commit can hold. See `Snapshot.moreWaits` of
   * the store.
   */
  | { readonly kind: 'finishWaits' }
  /** Work through a call over many operations, page by page. */
  | { readonly kind: 'runBulk' }
  /** Send cancel requests to the children of an ended wait that still run. */
  | { readonly kind: 'cancelRest'; readonly waitId: string }
  /**
   * Send cancel requests to all children of the operation: those that name it as their parent, and those of its wait. `cause` is the id of
   * the event that requested the cancel.
   */
  | { readonly kind: 'cancelChildren'; readonly cause: string; readonly waitId?: string }
  /**
   * Cancel this operation, because its parent asked its children to stop before the operation was created. `cause` is the id of
   * the event that requested the cancel.
   */
  | { readonly kind: 'cancelSelf'; readonly cause: string };

/** The same effect always has the same id, so that writing it again changes nothing. */
export function effectId(effect: Effect): string {
  switch (effect.kind) {
    case 'publishCompletion':
    case 'finishWaits':
    case 'runBulk':
      return effect.kind;
    case 'signalStart':
    case 'signalCatch':
      return `${effect.kind}:${effect.attempt}:${effect.send}`;
    case 'signalCancel':
    case 'cancelChildren':
    case 'cancelSelf':
      return `${effect.kind}:${effect.cause}`;
    case 'settleWait':
      return `${effect.kind}:${effect.parent.operation}:${effect.parent.waitId}`;
    case 'signalResume':
      return effect.attempt === undefined
        ? `${effect.kind}:${effect.waitId}`
        : `${effect.kind}:${effect.waitId}:${effect.attempt}:${effect.send}`;
    case 'callResumeMethod':
      return effect.attempt === undefined
        ? `${effect.kind}:${effect.waitId}`
        : `${effect.kind}:${effect.waitId}:${effect.attempt}`;
    case 'startWait':
    case 'stopWorkflow':
    case 'cancelRest':
      return `${effect.kind}:${effect.waitId}`;
  }
}

/** An effect that waits in the outbox. */
export interface OutboxEntry {
  readonly operation: OperationName;
  readonly effect: Effect;
  /** How many times carrying it out has failed. */
  readonly attempts: number;
  /**
   * When a call other than the one that committed the entry may carry it out, or when it may be tried again. Milliseconds since
   * the epoch.
   */
  readonly due: number;
}
