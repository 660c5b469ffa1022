import type { OperationName } from './operation-name.ts';
import type { WaitRef } from './wait.ts';

/**
 * What follows from a transition, committed with it as an outbox row and carried out after the commit. Every effect
 * may be carried out twice.
 */
export type Effect =
  /** Publish the terminal operation to the completion topic. */
  | { readonly kind: 'publishCompletion' }
  /** Tell the worker to go on. */
  | { readonly kind: 'signalResume'; readonly waitId: string }
  /** Tell the worker to stop. `cause` is the id of the event that asked for it. */
  | { readonly kind: 'signalCancel'; readonly cause: string }
  /** Call the URL that the wait gave as its resumeMethod. */
  | { readonly kind: 'callResumeMethod'; readonly waitId: string }
  /** Note the children that were done before the wait began; then end the wait, or launch its workflow. */
  | { readonly kind: 'startWait'; readonly waitId: string }
  /** Stop the workflow of a wait that has ended. */
  | { readonly kind: 'stopWorkflow'; readonly waitId: string }
  /** A child is done: look whether the waits of its parents are over. */
  | { readonly kind: 'settleWait'; readonly parent: WaitRef }
  /** Ask the children to stop as well: those it started, and those of the wait. `cause` is the event that asked. */
  | { readonly kind: 'cancelChildren'; readonly cause: string; readonly waitId?: string };

/** The same effect has the same id: writing it again changes nothing. */
export function effectId(effect: Effect): string {
  switch (effect.kind) {
    case 'publishCompletion':
      return effect.kind;
    case 'signalCancel':
    case 'cancelChildren':
      return `${effect.kind}:${effect.cause}`;
    case 'settleWait':
      return `${effect.kind}:${effect.parent.operation}:${effect.parent.waitId}`;
    case 'signalResume':
    case 'callResumeMethod':
    case 'startWait':
    case 'stopWorkflow':
      return `${effect.kind}:${effect.waitId}`;
  }
}

/** An effect that waits in the outbox. */
export interface OutboxEntry {
  readonly operation: OperationName;
  readonly effect: Effect;
  /** How often it was tried and failed. */
  readonly attempts: number;
  /** When it may be taken over from whoever committed it, or tried again. Milliseconds since the epoch. */
  readonly due: number;
}
