/**
 * Converts google.protobuf.Timestamp and Duration, as @bufbuild/protobuf and protobufjs hold them, to and from
 * milliseconds.
 */
import Long from 'long';

export interface SecondsAndNanos {
  readonly seconds?: bigint | number | Long | string | null;
  readonly nanos?: number | null;
}

/** Milliseconds. Finer digits are cut off, towards the earlier time. */
export function toMillis({ seconds, nanos }: SecondsAndNanos): number {
  return toNumber(seconds) * 1000 + Math.floor((nanos ?? 0) / 1e6);
}

export function fromMillis(millis: number): { seconds: Long; nanos: number } {
  const seconds = Math.floor(millis / 1000);
  return { seconds: Long.fromNumber(seconds), nanos: Math.round((millis - seconds * 1000) * 1e6) };
}

/** Exact for values that a double can hold, such as the seconds of all years from 1 to 9999. */
export function toNumber(value: SecondsAndNanos['seconds']): number {
  return Long.isLong(value) ? value.toNumber() : Number(value ?? 0);
}

/** Writes whole milliseconds as google.protobuf.Duration in proto3 JSON: `1.5s`. */
export function toDurationText(millis: number): string {
  return `${millis / 1000}s`;
}
