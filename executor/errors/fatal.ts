import { type ErrorTag, errorMap, Raised } from './raised.ts';

/**
 * An error that ends the execution and that no `except` or `retry` can catch: a `ResourceLimitError` ("Workflow errors"), or a
 * call that cannot be made on this machine. It is not a Raised, so that no handler catches it by accident.
 */
export class Fatal {
  readonly raised: Raised;

  constructor(message: string, tag: ErrorTag = 'ResourceLimitError') {
    this.raised = new Raised(errorMap([tag], `${tag}: ${message}`));
  }
}

/** Ends the strands of an execution that was cancelled, or whose executor was closed. */
export class Cancelled {}
