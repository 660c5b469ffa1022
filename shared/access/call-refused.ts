/**
 * A call that the edge refuses because of its caller, or because the caller calls too often. The message is for the
 * caller.
 */
export class CallRefused extends Error {
  /** A google.rpc.Code. */
  readonly code: number;
  /** The reason in the ErrorInfo. */
  readonly reason: string;
  /** How long the caller has to wait before it calls again, if it can. */
  readonly retryAfterMs: number | undefined;

  constructor(code: number, reason: string, message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'CallRefused';
    this.code = code;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

const UNAUTHENTICATED = 16;
const RESOURCE_EXHAUSTED = 8;

/** The call has no valid token, and the service requires one. */
export function unauthenticated(message: string): CallRefused {
  return new CallRefused(UNAUTHENTICATED, 'UNAUTHENTICATED', message);
}

export function tooManyRequests(retryAfterMs: number): CallRefused {
  const message = 'The caller makes more calls than each caller may. Try again later.';
  return new CallRefused(RESOURCE_EXHAUSTED, 'CALLER_LIMIT_EXCEEDED', message, retryAfterMs);
}
