import { errorMap, Raised } from './raised.ts';

/**
 * A `ResourceLimitError`: no `except` and no `retry` sees it, it ends the execution ("Workflow errors"). A type of its
 * own beside Raised, so that a handler can't catch it by accident.
 */
export class Fatal {
  readonly raised: Raised;

  constructor(message: string) {
    this.raised = new Raised(errorMap(['ResourceLimitError'], `ResourceLimitError: ${message}`));
  }
}

/** Unwinds an execution that was cancelled or whose executor closed. */
export class Cancelled {}
