import { type Code, INVALID_ARGUMENT, isCode, UNAVAILABLE } from './code.ts';

/** An error of the Operations API (AIP-193), or UNAVAILABLE if no server answered. */
export class ApiError extends Error {
  /** The google.rpc code by name. UNAVAILABLE also if no server answered. */
  declare readonly code: Code;
  /** The reason that a program can act on: `reason` of google.rpc.ErrorInfo, or `''` if the answer has none. */
  declare readonly reason: string;
  /** `metadata` of google.rpc.ErrorInfo; empty if the answer has none. */
  declare readonly metadata: Readonly<Record<string, string>>;
  /** The fields that broke a rule: google.rpc.BadRequest. */
  declare readonly fieldViolations: readonly {
    /** The path of the field in the request. */
    readonly field: string;
    /** The rule. */
    readonly description: string;
  }[];
  /** The time after which the call may be made again, in milliseconds: google.rpc.RetryInfo. undefined if the answer has none. */
  declare readonly retryDelayMs: number | undefined;
  /** All details of the answer in proto3 JSON, each with its `@type`. */
  declare readonly details: readonly unknown[];

  constructor(code: Code, message: string, details: readonly unknown[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ApiError';
    this.code = code;
    this.details = details;
    const info = detail(details, 'ErrorInfo');
    this.reason = (info?.reason ?? '') as string;
    this.metadata = (info?.metadata ?? {}) as Record<string, string>;
    this.fieldViolations = (detail(details, 'BadRequest')?.fieldViolations ??
      []) as ApiError['fieldViolations'];
    this.retryDelayMs = retryInfoMs(details);
  }

  /** For `JSON.stringify`, which leaves the message of an error out. */
  toJSON(): object {
    return { ...this, message: this.message };
  }
}

/** Whether no server has answered, or one that cannot serve the call at present. No other code is tried again (AIP-194). */
export function isUnavailable(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === UNAVAILABLE;
}

/**
 * Reads the body of an error answer: `{"error":{code, message, status, details}}`. `call` names the call that something else has answered,
 * such as a proxy or the server of another URL.
 */
export function apiErrorOf(httpStatus: number, body: unknown, call = 'the call'): ApiError {
  const { status, message, details } = ((body as { error?: object } | undefined)?.error ?? {}) as {
    status?: string;
    message?: string;
    details?: unknown[];
  };
  const code = isCode(status)
    ? status
    : (HTTP_CODES[httpStatus] ?? (httpStatus < 500 ? 'UNKNOWN' : UNAVAILABLE));
  const notTheApi = `${call} was answered with HTTP ${httpStatus}, but not by the API`;
  return new ApiError(code, message ?? notTheApi, details);
}

/** The statuses that proxies and load balancers answer without calling the service. */
const HTTP_CODES: Readonly<Record<number, Code>> = {
  400: INVALID_ARGUMENT,
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
};

/** The delay of google.rpc.RetryInfo in milliseconds, or undefined if there is none. */
export function retryInfoMs(details: readonly unknown[]): number | undefined {
  // `3.5s`. Details without it give NaN.
  return Number.parseFloat(String(detail(details, 'RetryInfo')?.retryDelay)) * 1_000 || undefined;
}

function detail(details: readonly unknown[], type: string): Record<string, unknown> | undefined {
  return (details as Record<string, unknown>[]).find((one) => String(one?.['@type']).endsWith(`.${type}`));
}
