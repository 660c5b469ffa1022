import { ApiError } from '../api/api-error.ts';
import type { Inspection, Json, JsonObject } from '../api/operation.ts';
import type { OperationsClient } from '../api/operations-client.ts';
import { explainInspection } from './inspected-reason.ts';

/** Why an operation is not done, or why it ended as it did. */
export interface Explanation {
  readonly sentence: string;
  /** What blocks it, through any depth of waits. */
  readonly leaves: readonly Leaf[];
}

export interface Leaf {
  readonly name: string;
  readonly waitsFor: string;
  readonly since?: string;
  /** What wakes it next, and when. */
  readonly wakes?: string;
  readonly wakeTime?: string;
}

/** `:explain`; of a deployment without it, what `:inspect` lets one say. */
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
