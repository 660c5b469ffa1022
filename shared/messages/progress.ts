import type { AnyValue } from '../lifecycle/result.ts';
import { anyToJson } from './json.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';

/** Larger metadata is not decoded only for its progress. */
const MAX_BYTES = 64 * 1024;
/** Field names from the metadata messages of Google's APIs, and common handwritten ones. */
const PERCENT = ['progressPercent', 'progressPercentage', 'percentComplete', 'percent', 'progress'];
const DONE = ['done', 'completed', 'finished', 'processed', 'current'];
const TOTAL = ['total', 'count', 'max'];

/** The progress of the work, from 0 to 100, if the metadata has a field for it. */
export function progressPercentOf(metadata: AnyValue | undefined): number | undefined {
  if (!metadata || metadata.value.length === 0 || metadata.value.length > MAX_BYTES) return undefined;
  const json = anyToJson(metadata);
  const fields = isJsonObject(json.value) ? json.value : json;
  return percentOf(fields) ?? (isJsonObject(fields.progress) ? percentOf(fields.progress) : undefined);
}

function percentOf(fields: JsonObject): number | undefined {
  for (const name of PERCENT) {
    const value = numberOf(fields, name);
    // A `progress` between 0 and 1 is a share of the whole. The other names are percentages.
    if (value !== undefined) return bounded(name === 'progress' && value <= 1 ? value * 100 : value);
  }
  const done = first(fields, DONE);
  const total = first(fields, TOTAL);
  return done !== undefined && total ? bounded((done / total) * 100) : undefined;
}

function first(fields: JsonObject, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = numberOf(fields, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** int64 is a string in proto3 JSON. */
function numberOf(fields: JsonObject, name: string): number | undefined {
  const value: JsonValue | undefined = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

function bounded(percent: number): number | undefined {
  return Number.isFinite(percent) ? Math.min(100, Math.max(0, percent)) : undefined;
}
