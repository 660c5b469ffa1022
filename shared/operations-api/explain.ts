/** The JSON of an explanation: one sentence, and the facts that the sentence is made from. */
import type { JsonObject } from '../messages/json-value.ts';
import { toRfc3339 } from '../messages/timestamp.ts';
import type { Blocker, CauseStep, Explanation } from '../orchestrator/explain/explanation.ts';
import { describeBlocker, sentenceOf } from '../orchestrator/explain/sentence.ts';

export function explanationToJson(explanation: Explanation): JsonObject {
  const { name, state, blockedBy, causes, more, lastSweepTime, sweepIsLate } = explanation;
  return {
    sentence: sentenceOf(explanation),
    name,
    state,
    blockedBy: blockedBy.map(blockerToJson),
    causes: causes.length > 0 ? causes.map(causeToJson) : undefined,
    truncated: more > 0 ? { operations: more } : undefined,
    sweep: {
      lastRunTime: lastSweepTime === undefined ? undefined : toRfc3339(lastSweepTime),
      late: sweepIsLate || undefined,
    },
  };
}

function blockerToJson(blocker: Blocker): JsonObject {
  const { name, state, waiter, waitsFor, since, wakes, launchRefused } = blocker;
  const { by, time, overdue } = wakes;
  return {
    name,
    state,
    waiter,
    description: describeBlocker(blocker),
    waitsFor: thingToJson(waitsFor),
    since: toRfc3339(since),
    wakes: { by, time: time === undefined ? undefined : toRfc3339(time), overdue: overdue || undefined },
    launchRefused: launchRefused && {
      reason: launchRefused.reason,
      time: toRfc3339(launchRefused.time),
    },
  };
}

function thingToJson(waitsFor: Blocker['waitsFor']): JsonObject {
  switch (waitsFor.kind) {
    case 'SIGNAL':
    case 'LOST_LEASE':
    case 'WORKER': {
      const { cancelTime } = waitsFor;
      return { ...waitsFor, cancelTime: cancelTime === undefined ? undefined : toRfc3339(cancelTime) };
    }
    case 'EXTERNAL_OPERATION': {
      const { failedPoll } = waitsFor;
      return {
        ...waitsFor,
        failedPoll: failedPoll && { status: failedPoll.status, time: toRfc3339(failedPoll.time) },
      };
    }
    default:
      return { ...waitsFor } as JsonObject;
  }
}

function causeToJson({ name, state, endedBy, time, attempt, worker, error }: CauseStep): JsonObject {
  return {
    name,
    state,
    endedBy,
    time: time === undefined ? undefined : toRfc3339(time),
    attempt,
    worker,
    error: error && { ...error },
  };
}
