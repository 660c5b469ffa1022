import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Case, Expected } from './case.ts';

const ENTRY = z.strictObject({
  name: z.string(),
  page: z.string(),
  workflow: z.string(),
  argument: z.string().optional(),
  result: z.string().optional(),
  raised: z.string().optional(),
  error: z.string().optional(),
  message: z.string().optional(),
  problem: z.string().optional(),
});

/** The cases of one YAML file beside this one. */
export function caseFile(name: string): Case[] {
  const text = readFileSync(new URL(`${name}.yaml`, import.meta.url), 'utf8');
  return z
    .array(ENTRY)
    .parse(parse(text))
    .map((entry) => ({
      name: entry.name,
      page: entry.page,
      workflow: entry.workflow,
      ...(entry.argument !== undefined && { argument: entry.argument }),
      expected: expectation(entry),
    }));
}

function expectation({ name, result, raised, error, message, problem }: z.infer<typeof ENTRY>): Expected {
  if (result !== undefined) return { kind: 'result', json: result };
  if (raised !== undefined) return { kind: 'raised', json: raised };
  if (problem !== undefined) return { kind: 'problem', message: new RegExp(problem) };
  if (error === undefined) throw new Error(`case '${name}' says nothing about what comes of it`);
  return { kind: 'error', tag: error, ...(message !== undefined && { message: new RegExp(message) }) };
}
