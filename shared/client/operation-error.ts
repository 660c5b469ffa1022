import { type Code, codeNumber, codeOf } from './code.ts';
import type { Duration } from './duration.ts';

/** google.rpc.Status with its code as a name. */
export interface Status {
  readonly code: Code;
  readonly message: string;
  readonly details: readonly unknown[];
}

export interface OperationErrorOptions {
  /** `false`: not retried. A duration: retried after it. Absent: the code decides, see `docs/worker.md`. */
  retry?: Duration | false;
  /** Details in proto3 JSON, each with its `@type`. A plain object travels as a Struct. */
  details?: readonly object[];
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
  readonly code: Code;
  readonly details: readonly unknown[];
  readonly retry: Duration | false | undefined;

  constructor(code: Code, message: string, options: OperationErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'OperationError';
    this.code = code;
    this.details = options.details ?? [];
    this.retry = options.retry;
  }

  get [BRAND](): true {
    return true;
  }
}

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
    ...(details.length > 0 && { details: details as readonly object[] }),
  };
}

export function fromWireStatus({ code, message, details }: WireStatus): OperationError {
  return new OperationError(codeOf(code), message ?? '', { details: details ?? [] });
}
