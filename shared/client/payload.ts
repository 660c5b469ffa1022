/** Payloads as workers see them: plain JSON objects, or an Any in proto3 JSON if the payload has an `@type`. */
export interface Payload {
  readonly [field: string]: unknown;
}

export function toAny(payload: Payload): Payload {
  return '@type' in payload ? payload : { '@type': STRUCT, value: payload };
}

/** Returns the plain object in an Any of Struct, and any other Any unchanged. */
export function fromAny(any: unknown): unknown {
  const { '@type': type, value } = (any ?? {}) as Payload;
  return type === STRUCT ? value : any;
}

const STRUCT = 'type.googleapis.com/google.protobuf.Struct';

/** A checkpoint is bytes that only the worker reads: JSON, unless the worker gives bytes. */
export function encodeCheckpoint(checkpoint: unknown): string {
  const bytes = checkpoint instanceof Uint8Array ? checkpoint : Buffer.from(JSON.stringify(checkpoint));
  return Buffer.from(bytes).toString('base64');
}
