/** What a local system has left undone, from the state that its console shows: a test event passes although older ones are stuck. */
import * as v from 'valibot';
import { validated } from '../../shared/messages/validated.ts';
import { type Finding, missing, ok } from './report.ts';

const backlog = v.object({
  name: v.string(),
  what: v.string(),
  count: v.number(),
  more: v.boolean(),
  oldestTime: v.optional(v.string()),
  isOptional: v.optional(v.boolean(), false),
});
const status = v.object({
  startTime: v.string(),
  backlogs: v.array(backlog),
  lastSweep: v.optional(v.object({ time: v.string(), failed: v.number(), error: v.optional(v.string()) })),
  sweepIntervalMs: v.number(),
});
type Status = v.InferOutput<typeof status>;
type Backlog = v.InferOutput<typeof backlog>;

/** As in the alerts of a deployment: docs/operating.md. */
const MAX_AGE_MS = 5 * 60_000;
/** A sweep may be late because the machine is busy. */
const MAX_INTERVALS = 3;
const DEAD_LETTERS = 'operation-dead-letters';

/** Nothing for a system that does not tell its state. */
export async function leftBehind(url: string, now: () => number = Date.now): Promise<readonly Finding[]> {
  const response = await fetch(`${url}/console-api/system`);
  if (response.status === 404) return [];
  const found = validated(status, await response.json(), 'the state of the system');
  return [
    findingOf('no dead letters', deadLettersProblem(found, url)),
    findingOf('nothing waits for long', oldBacklogs(found, now())),
    findingOf('sweep runs', sweepProblem(found, now())),
  ];
}

function findingOf(what: string, problem: string | undefined): Finding {
  return problem === undefined ? ok(what) : missing(what, problem);
}

function deadLettersProblem({ backlogs }: Status, url: string): string | undefined {
  const found = backlogs.filter(({ name, count }) => name.startsWith(DEAD_LETTERS) && count > 0);
  if (found.length === 0) return undefined;
  return `${found.map(textOf).join('; ')}: read, correct or discard them at ${url}/system, or by lro dead-letters`;
}

function oldBacklogs({ backlogs }: Status, now: number): string | undefined {
  const old = backlogs.filter(
    ({ name, oldestTime, isOptional }) =>
      !isOptional &&
      !name.startsWith(DEAD_LETTERS) &&
      oldestTime !== undefined &&
      now - Date.parse(oldestTime) > MAX_AGE_MS,
  );
  return old.length > 0
    ? `${old.map(textOf).join('; ')}. lro explain says why an operation waits`
    : undefined;
}

function textOf({ name, what, count, more, oldestTime }: Backlog): string {
  const since = oldestTime ? `, the oldest since ${oldestTime}` : '';
  return `${what}: ${count}${more ? ' or more' : ''} in ${name}${since}`;
}

function sweepProblem({ startTime, lastSweep, sweepIntervalMs }: Status, now: number): string | undefined {
  const { time = startTime, failed = 0, error } = lastSweep ?? {};
  if (error) return `the last one, at ${time}, failed: ${error}`;
  if (now - Date.parse(time) > MAX_INTERVALS * sweepIntervalMs)
    return `the last one was at ${time}; there is one every ${sweepIntervalMs / 1_000} s`;
  return failed > 0
    ? `${failed} of what the last one did failed; the log of the system has the reasons`
    : undefined;
}
