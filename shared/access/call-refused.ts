/** A call that the edge refuses for who makes it, or how often. Its message is for the caller. */
export class CallRefused extends Error {
  /** A google.rpc.Code. */
  readonly code: number;
  /** Of the ErrorInfo. */
  readonly reason: string;
  /** After how long the call can be made again, where it can. */
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

/** The call brings no valid token, where one is needed. */
export function unauthenticated(message: string): CallRefused {
  return new CallRefused(UNAUTHENTICATED, 'UNAUTHENTICATED', message);
}

export function tooManyRequests(retryAfterMs: number): CallRefused {
  const message = 'The caller makes more calls than each caller may. Try again later.';
  return new CallRefused(RESOURCE_EXHAUSTED, 'CALLER_LIMIT_EXCEEDED', message, retryAfterMs);
}
