/** A google.protobuf.Any as the core carries it: never decoded, never changed. */
export interface AnyValue {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** Whether two payloads say the same. The bytes of equal messages may differ, and the core does not know their types. */
export type SameContent = (one: AnyValue, other: AnyValue) => boolean;

/** A google.rpc.Status. */
export interface Status {
  readonly code: number;
  readonly message: string;
  readonly details: readonly AnyValue[];
}

/** google.rpc.Code: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
export const CODE = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

export function status(code: number, message: string): Status {
  return { code, message, details: [] };
}

export const CANCELLED: Status = status(CODE.CANCELLED, 'The operation was cancelled.');

/** A terminal google.longrunning.Operation has exactly one of `error` and `response`. This response means "no result". */
export const EMPTY_RESPONSE: AnyValue = {
  typeUrl: 'type.googleapis.com/google.protobuf.Empty',
  value: new Uint8Array(),
};
