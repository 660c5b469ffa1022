import { isMap, type Value, type ValueMap } from '../values/value.ts';

/** One line of a stack trace: the innermost step comes first. */
export interface StackFrame {
  /** The name of the step. */
  readonly step: string;
  /** The subworkflow in which the step is; `main` for the main one. */
  readonly routine: string;
  /** The line of the step in the source, from 1. */
  readonly line: number;
  /** The column of the step in the source, from 1. */
  readonly column: number;
}

/**
 * A raised value, until a `retry` or an `except` handles it or it ends the execution ("Raise errors"). It is not an Error,
 * because the JavaScript stack does not help the author of a workflow, and capturing it would cost more than the step.
 */
export class Raised {
  readonly value: Value;
  readonly trace: StackFrame[] = [];
  /** The depth of the routine call that recorded the last frame. Each routine call records one frame. */
  #recordedDepth = Number.POSITIVE_INFINITY;

  constructor(value: Value) {
    this.value = value;
  }

  record(depth: number, frame: StackFrame): void {
    if (depth >= this.#recordedDepth) return;
    this.#recordedDepth = depth;
    this.trace.push(frame);
  }

  get tags(): readonly Value[] {
    const tags = isMap(this.value) ? this.value.get('tags') : undefined;
    return Array.isArray(tags) ? tags : [];
  }
}

/** The tags of "Workflow errors" that the language and the standard library raise. */
export type ErrorTag =
  | 'AuthError'
  | 'ConnectionError'
  | 'ConnectionFailedError'
  | 'ExecutionError'
  | 'HttpError'
  | 'IndexError'
  | 'KeyError'
  | 'LookupError'
  | 'NotSupportedError'
  | 'OperationError'
  | 'ParallelNestingError'
  | 'RecursionError'
  | 'ResourceLimitError'
  | 'ResponseTypeError'
  | 'RuntimeError'
  | 'SystemError'
  | 'TimeoutError'
  | 'TypeError'
  | 'UnhandledBranchError'
  | 'ValueError'
  | 'ZeroDivisionError';

/** Creates an error map: `message`, `tags`, and the fields of `details` ("Workflow errors"). */
export function errorMap(tags: readonly ErrorTag[], message: string, details?: ValueMap): ValueMap {
  return new Map<string, Value>([['message', message], ['tags', tags], ...(details ?? [])]);
}

/** The error of an HTTP response of 400 and above; `response` has its `body`, `code` and `headers`. */
export function httpError(
  code: Value,
  response: ValueMap,
  message = `HTTP server responded with error code ${code}`,
): ValueMap {
  return errorMap(['HttpError'], message, response);
}

export function typeError(message: string): Raised {
  return new Raised(errorMap(['TypeError'], message));
}

export function valueError(message: string): Raised {
  return new Raised(errorMap(['ValueError'], message));
}

export function keyError(key: string): Raised {
  return new Raised(errorMap(['KeyError', 'LookupError'], `KeyError: key not found: ${key}`));
}

export function indexError(message: string): Raised {
  return new Raised(errorMap(['IndexError', 'LookupError'], message));
}

export function zeroDivisionError(): Raised {
  return new Raised(errorMap(['ZeroDivisionError'], 'ZeroDivisionError: division by zero'));
}

export function timeoutError(message: string): Raised {
  return new Raised(errorMap(['TimeoutError'], message));
}
