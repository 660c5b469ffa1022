import { type ErrorTag, errorMap, Raised } from './raised.ts';

/**
 * An error that no `except` and no `retry` sees: it ends the execution. That is a `ResourceLimitError` ("Workflow
 * errors"), or a call that can't be made on this machine. A type of its own beside Raised, so that a handler can't catch
 * it by accident.
 */
export class Fatal {
  readonly raised: Raised;

  constructor(message: string, tag: ErrorTag = 'ResourceLimitError') {
    this.raised = new Raised(errorMap([tag], `${tag}: ${message}`));
  }
}

/** Unwinds an execution that was cancelled or whose executor closed. */
export class Cancelled {}
