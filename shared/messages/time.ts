import Long from 'long';

/** google.protobuf.Timestamp and Duration, as protobufjs holds them. */
export interface SecondsAndNanos {
  readonly seconds?: number | Long | string | null;
  readonly nanos?: number | null;
}

/** Milliseconds; finer digits are cut off. */
export function toMillis({ seconds, nanos }: SecondsAndNanos): number {
  return toNumber(seconds) * 1000 + Math.floor((nanos ?? 0) / 1e6);
}

export function fromMillis(millis: number): { seconds: Long; nanos: number } {
  const seconds = Math.floor(millis / 1000);
  return { seconds: Long.fromNumber(seconds), nanos: Math.round((millis - seconds * 1000) * 1e6) };
}

/** For what has no more digits than a number holds, as the seconds of all years from 1 to 9999. */
export function toNumber(value: number | Long | string | null | undefined): number {
  return Long.isLong(value) ? value.toNumber() : Number(value ?? 0);
}

export function toBigInt(value: number | Long | string | null | undefined): bigint {
  return BigInt(value?.toString() ?? 0);
}

/** RFC 3339 in UTC. */
export function toRfc3339(millis: number): string {
  return new Date(millis).toISOString();
}
