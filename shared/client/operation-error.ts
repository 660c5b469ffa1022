import { type Code, codeNumber, codeOf, INVALID_ARGUMENT, isCode } from './code.ts';
import type { Duration } from './duration.ts';

/** google.rpc.Status with its code as a name. */
export interface Status {
  /** The google.rpc code by name. */
  readonly code: Code;
  /** The message, in English, for developers (AIP-193). */
  readonly message: string;
  /** The details in proto3 JSON, each with its `@type`. */
  readonly details: readonly unknown[];
}

/** The options of {@link OperationError}. */
export interface OperationErrorOptions {
  /** `false`: not retried. A duration: retried after it. Absent: the code decides, see `docs/worker.md`. */
  retry?: Duration | false | undefined;
  /** Details in proto3 JSON, each with its `@type`. A plain object travels as a Struct. */
  details?: readonly object[] | undefined;
  /** See {@link OperationError.operation}. */
  operation?: string | undefined;
  /** The error behind this one, for the log. It does not travel. */
  cause?: unknown;
}

/**
 * A registered symbol marks the errors, so that the ES module and the CommonJS copy of this package recognize each
 * other's.
 */
const BRAND = Symbol.for('lro-orchestrator.OperationError');

/**
 * The only error whose code counts. Any other error that a step throws, including those of Google's clients, counts as
 * UNKNOWN and is retried.
 */
export class OperationError extends Error implements Status {
  /** The google.rpc code by name. */
  declare readonly code: Code;
  /** The details in proto3 JSON, each with its `@type`. */
  declare readonly details: readonly unknown[];
  /** As in {@link OperationErrorOptions}. */
  declare readonly retry: Duration | false | undefined;
  /** The operation that the client has read the error of, or waited for: `operations/{id}`. It does not travel. */
  declare readonly operation: string | undefined;

  constructor(code: Code, message: string, options: OperationErrorOptions = {}) {
    // An unknown code would travel as 0, which is OK, and the orchestrator would refuse the event.
    if (!isCode(code)) throw new TypeError(`"${code}" is no code of google.rpc.Code`);
    super(message, options);
    this.name = 'OperationError';
    this.code = code;
    this.details = options.details ?? [];
    this.retry = options.retry;
    this.operation = options.operation;
  }

  /** For `JSON.stringify`, which leaves the message of an error out. */
  toJSON(): object {
    return { ...this, message: this.message };
  }

  /** @internal */
  get [BRAND](): true {
    return true;
  }
}

/** The error for an argument that breaks a rule. */
export function invalidArgument(message: string): OperationError {
  return new OperationError(INVALID_ARGUMENT, message);
}

/**
 * Whether a value is an {@link OperationError}, also one that the other copy of this package made (ES module or CommonJS).
 */
export function isOperationError(error: unknown): error is OperationError {
  return typeof error === 'object' && error !== null && BRAND in error;
}

/** google.rpc.Status in proto3 JSON. */
export interface WireStatus {
  readonly code?: number;
  readonly message?: string;
  readonly details?: readonly object[];
}

export function toWireStatus({ code, message, details }: Status): WireStatus {
  return {
    code: codeNumber(code),
    message,
    details: details.length > 0 ? (details as readonly object[]) : undefined,
  };
}

export function fromWireStatus({ code, message, details }: WireStatus, operation?: string): OperationError {
  return new OperationError(codeOf(code), message ?? '', { details, operation });
}
