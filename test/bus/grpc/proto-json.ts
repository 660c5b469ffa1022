/** What proto3 JSON writes otherwise than the plain objects of Google's client library for Node. */

const DURATIONS = new Set(['minimumBackoff', 'maximumBackoff', 'messageRetentionDuration']);
const TIMES = new Set(['time', 'publishTime']);

export function fromJson(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => fromJson(item));
  if (field === 'updateMask') return { paths: String(value).split(',').map(snakeCase) };
  if (DURATIONS.has(field)) return secondsAndNanos(Number.parseFloat(String(value)) * 1_000);
  if (TIMES.has(field)) return secondsAndNanos(Date.parse(String(value)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromJson(item, key)]));
}

export function toJson(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => toJson(item));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value !== 'object' || value === null) return value;
  const { seconds, nanos } = value as { seconds?: string; nanos?: number };
  const millis = Number(seconds ?? 0) * 1_000 + (nanos ?? 0) / 1e6;
  if (DURATIONS.has(field)) return `${millis / 1_000}s`;
  if (TIMES.has(field)) return new Date(millis).toISOString();
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item, key)]));
}

function secondsAndNanos(millis: number): object {
  const seconds = Math.floor(millis / 1_000);
  return { seconds, nanos: Math.round((millis - seconds * 1_000) * 1e6) };
}

function snakeCase(path: string): string {
  return path.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
