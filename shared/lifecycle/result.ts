/** A google.protobuf.Any as the core carries it: never opened, never changed. */
export interface AnyValue {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** A google.rpc.Status. */
export interface Status {
  readonly code: number;
  readonly message: string;
  readonly details: readonly AnyValue[];
}

/** The numbers of google.rpc.Code that the core itself gives to a failed operation. */
export const CANCELLED_CODE = 1;
export const FAILED_PRECONDITION_CODE = 9;

/** google.longrunning.Operation has exactly one of `error` and `response` once it is done; this one says "nothing". */
export const EMPTY_RESPONSE: AnyValue = {
  typeUrl: 'type.googleapis.com/google.protobuf.Empty',
  value: new Uint8Array(),
};
