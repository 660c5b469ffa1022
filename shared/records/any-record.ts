/** google.protobuf.Any and google.rpc.Status in rows: as protobuf bytes, or in JSON text with bytes in base64. */

import type { ChildResult } from '../lifecycle/outcome.ts';
import type { AnyValue, Status } from '../lifecycle/result.ts';
import { fromJsonBytes, jsonBytes } from '../messages/json-bytes.ts';
import { fromProtoAny, toProtoAny } from '../messages/operation.ts';
import { anyType } from '../messages/schema.ts';

export interface AnyRecord {
  readonly typeUrl: string;
  readonly value: string;
}

export interface StatusRecord extends Omit<Status, 'details'> {
  readonly details: readonly AnyRecord[];
}

export function toAnyRecord({ typeUrl, value }: AnyValue): AnyRecord {
  return { typeUrl, value: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
}

export function fromAnyRecord({ typeUrl, value }: AnyRecord): AnyValue {
  return { typeUrl, value: new Uint8Array(Buffer.from(value, 'base64')) };
}

/** As the bytes of the google.protobuf.Any. */
export function encodeAny(any: AnyValue): Uint8Array {
  return anyType.encode(toProtoAny(any)).finish();
}

export function decodeAny(bytes: Uint8Array): AnyValue {
  return fromProtoAny(anyType.decode(bytes) as ReturnType<typeof toProtoAny>);
}

export function toStatusRecord({ code, message, details }: Status): StatusRecord {
  return { code, message, details: details.map(toAnyRecord) };
}

export function fromStatusRecord({ code, message, details }: StatusRecord): Status {
  return { code, message, details: details.map(fromAnyRecord) };
}

/** The result of a child of another service, as UTF-8 JSON bytes: it may exceed a text column of Spanner. */
export function encodeChildResult(result: ChildResult): Uint8Array {
  return jsonBytes(
    'error' in result ? { error: toStatusRecord(result.error) } : { response: toAnyRecord(result.response) },
  );
}

export function decodeChildResult(bytes: Uint8Array): ChildResult {
  const record = fromJsonBytes(bytes) as { response: AnyRecord } | { error: StatusRecord };
  return 'error' in record
    ? { error: fromStatusRecord(record.error) }
    : { response: fromAnyRecord(record.response) };
}
