import { ApiError } from '../api/api-error.ts';
import type { Inspection, Json, JsonObject } from '../api/operation.ts';
import type { OperationsClient } from '../api/operations-client.ts';
import type { Explanation, Leaf } from './explanation.ts';
import { explainInspection } from './inspected-reason.ts';

/** Reads `:explain`. For a deployment without it, uses what `:inspect` says. */
export async function explanationOf(
  client: OperationsClient,
  name: string,
  signal?: AbortSignal,
  inspection?: Inspection,
): Promise<Explanation> {
  try {
    return fromJson(await client.explain(name, signal));
  } catch (error) {
    if (!(error instanceof ApiError) || !error.isUnimplemented) throw error;
    return explainInspection(inspection ?? (await client.inspect(name, { pageSize: 100 }, signal)));
  }
}

function fromJson({ sentence, blockedBy }: JsonObject): Explanation {
  const blockers = Array.isArray(blockedBy) ? blockedBy : [];
  return { sentence: textOf(sentence) ?? '', leaves: blockers.filter(isObject).map(leafOf) };
}

function leafOf({ name, description, since, wakes }: JsonObject): Leaf {
  const wake = isObject(wakes) ? wakes : {};
  return {
    name: textOf(name) ?? '',
    waitsFor: textOf(description) ?? '',
    since: textOf(since),
    wakes: textOf(wake.by),
    wakeTime: textOf(wake.time),
  };
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function textOf(json: Json | undefined): string | undefined {
  return typeof json === 'string' && json !== '' ? json : undefined;
}
