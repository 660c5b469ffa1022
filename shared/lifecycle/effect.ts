import type { OperationName } from './operation-name.ts';
import type { WaitRef } from './wait.ts';

/** One sending of the signal of an attempt: a signal that no worker takes is sent again. */
export interface Sending {
  readonly attempt: number;
  /** From 1 on. */
  readonly send: number;
}

/**
 * What follows from a transition, committed with it as an outbox row and carried out after the commit. Every effect
 * may be carried out twice.
 */
export type Effect =
  /** Publish the terminal operation to the completion topic. */
  | { readonly kind: 'publishCompletion' }
  /** Hand the operation to a worker for the first time, or again from the beginning. */
  | ({ readonly kind: 'signalStart' } & Sending)
  /** Tell the worker to go on. Entries of a release without attempts have neither `attempt` nor `send`. */
  | ({ readonly kind: 'signalResume'; readonly waitId: string } & Partial<Sending>)
  /** Tell a worker to take the last resort. */
  | ({ readonly kind: 'signalCatch' } & Sending)
  /** Tell the worker to stop. `cause` is the id of the event that asked for it. */
  | { readonly kind: 'signalCancel'; readonly cause: string; readonly attempt?: number }
  /** Call the URL that the wait gave as its resumeMethod. */
  | { readonly kind: 'callResumeMethod'; readonly waitId: string; readonly attempt?: number }
  /**
   * Create the children that the wait spawns, note those that were done before it began; then end the wait, or launch its
   * workflow.
   */
  | { readonly kind: 'startWait'; readonly waitId: string }
  /** Stop the workflow of a wait that has ended. */
  | { readonly kind: 'stopWorkflow'; readonly waitId: string }
  /** A child is done, or a notification came: look whether the wait is over. */
  | { readonly kind: 'settleWait'; readonly parent: WaitRef }
  /**
   * The operation has ended in more waits than one commit can hold: give its outcome to the next of them, until no wait is
   * left. See Snapshot.moreWaits of the store.
   */
  | { readonly kind: 'finishWaits' }
  /** Work off an operation over many operations. */
  | { readonly kind: 'runBulk' }
  /** Ask the children of a wait that has ended to stop, those that still run. */
  | { readonly kind: 'cancelRest'; readonly waitId: string }
  /** Ask the children to stop as well: those it started, and those of the wait. `cause` is the event that asked. */
  | { readonly kind: 'cancelChildren'; readonly cause: string; readonly waitId?: string }
  /** The parent asked its children to stop before this operation was created. `cause` is the event that asked. */
  | { readonly kind: 'cancelSelf'; readonly cause: string };

/** The same effect has the same id: writing it again changes nothing. */
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
  /** How often it was tried and failed. */
  readonly attempts: number;
  /** When another call than the one that committed it may carry it out, or it may be tried again. Milliseconds since the epoch. */
  readonly due: number;
}
