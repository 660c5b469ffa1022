/** google.rpc.Code with its name and HTTP status: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
export interface RpcCode {
  readonly code: number;
  readonly status: string;
  readonly http: number;
}

const CODES: readonly RpcCode[] = [
  { code: 1, status: 'CANCELLED', http: 499 },
  { code: 3, status: 'INVALID_ARGUMENT', http: 400 },
  { code: 5, status: 'NOT_FOUND', http: 404 },
  { code: 6, status: 'ALREADY_EXISTS', http: 409 },
  { code: 7, status: 'PERMISSION_DENIED', http: 403 },
  { code: 8, status: 'RESOURCE_EXHAUSTED', http: 429 },
  { code: 9, status: 'FAILED_PRECONDITION', http: 400 },
  { code: 10, status: 'ABORTED', http: 409 },
  { code: 12, status: 'UNIMPLEMENTED', http: 501 },
  { code: 14, status: 'UNAVAILABLE', http: 503 },
  { code: 16, status: 'UNAUTHENTICATED', http: 401 },
];

export const INTERNAL: RpcCode = { code: 13, status: 'INTERNAL', http: 500 };

export function rpcCode(code: number): RpcCode {
  return CODES.find((known) => known.code === code) ?? INTERNAL;
}
