import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { parse } from 'yaml';
import type { Case, Expected } from './case.ts';

const ENTRY = v.strictObject({
  name: v.string(),
  page: v.string(),
  workflow: v.string(),
  argument: v.optional(v.string()),
  result: v.optional(v.string()),
  raised: v.optional(v.string()),
  error: v.optional(v.string()),
  message: v.optional(v.string()),
  problem: v.optional(v.string()),
});

type Entry = v.InferOutput<typeof ENTRY>;

/** The cases of one YAML file beside this one. */
export function caseFile(name: string): Case[] {
  const text = readFileSync(new URL(`${name}.yaml`, import.meta.url), 'utf8');
  const parsed = v.safeParse(v.array(ENTRY), parse(text));
  if (!parsed.success) throw new Error(`${name}.yaml: ${v.summarize(parsed.issues)}`);
  return parsed.output.map((entry) => ({
    name: entry.name,
    page: entry.page,
    workflow: entry.workflow,
    ...(entry.argument !== undefined && { argument: entry.argument }),
    expected: expectation(entry),
  }));
}

function expectation({ name, result, raised, error, message, problem }: Entry): Expected {
  if (result !== undefined) return { kind: 'result', json: result };
  if (raised !== undefined) return { kind: 'raised', json: raised };
  if (problem !== undefined) return { kind: 'problem', message: new RegExp(problem) };
  if (error === undefined) throw new Error(`case '${name}' has no expected outcome`);
  return { kind: 'error', tag: error, ...(message !== undefined && { message: new RegExp(message) }) };
}
