/** JSON text as UTF-8 bytes. */

export function jsonBytes(json: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(json));
}

export function fromJsonBytes(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
}

/** The number of the bytes. */
export function jsonSize(json: object): number {
  return Buffer.byteLength(JSON.stringify(json));
}
