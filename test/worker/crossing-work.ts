/** An operation as its orchestrator knows it, for orders of signals that cross. */
import type { Event } from './fake-orchestrator.ts';

export interface Work {
  readonly name: string;
  readonly leased: boolean;
  readonly method: string;
  attempt: number;
  holder: string | undefined;
  cancelRequested: boolean;
  end: string | undefined;
  /** What the steps have saved. */
  saved: { readonly checkpoint: string; readonly resumePoint: string } | undefined;
  /** The fields of the `waiting` that it reported, as long as it waits. */
  waiting: Event | undefined;
  isNotified: boolean;
  /** The RESUME of the wait that is over. */
  resume: Event | undefined;
  response: unknown;
  /** Whether a worker could not ask about the attempt: it then begins with what its signal says. */
  isUnasked: boolean;
}

export interface Kind {
  readonly leased: boolean;
  readonly isParent: boolean;
}

/** An operation whose START is to be offered. */
export function newWork(name: string, leased: boolean, method: string): Work {
  return {
    ...{ name, leased, method, attempt: 1, holder: undefined, cancelRequested: false, end: undefined },
    ...{ saved: undefined, waiting: undefined, isNotified: false, resume: undefined, response: undefined },
    isUnasked: false,
  };
}
