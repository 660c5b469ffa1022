/** The records of an export in JSON: one object for each record, with its kind. */
import { type Handover, isTerminal, type Operation } from '../lifecycle/operation.ts';
import type { Creation } from '../lifecycle/operation-facts.ts';
import type { SpawnedChild } from '../lifecycle/spawn.ts';
import { childNames, type FailedPolls, type Wait } from '../lifecycle/wait.ts';
import { toBase64 } from '../messages/base64.ts';
import { anyToJson } from '../messages/json.ts';
import type { JsonObject } from '../messages/json-value.ts';
import { operationToJson, operationView, statusToJson } from '../messages/operation.ts';
import { toRfc3339 } from '../messages/timestamp.ts';
import type { KeptRecord } from '../orchestrator/export-operation.ts';
import type { HistoryLine, NotificationRecord } from '../orchestrator/ports/operation-data.ts';
import type { ListedChild } from '../orchestrator/ports/wait-children.ts';
import { inspectLine } from './inspect.ts';

export function recordToJson(record: KeptRecord): JsonObject {
  const { kind } = record;
  switch (kind) {
    case 'operation':
      return { kind, ...operationRecord(record.operation) };
    case 'history':
      return { kind, ...historyRecord(record.line) };
    case 'wait':
      return { kind, ...waitRecord(record.wait) };
    case 'child':
      return { kind, waitId: record.wait.waitId, ...childRecord(record.wait, record.child) };
    case 'spawn':
      return { kind, waitId: record.wait.waitId, ...spawnRecord(record.child) };
    case 'notification':
      return { kind, ...notificationRecord(record.notification) };
    case 'outbox': {
      const { effect, attempts, due } = record.entry;
      return { kind, effect: plain(effect), failedTries: attempts, dueTime: toRfc3339(due) };
    }
    case 'rerun':
      return { kind, name: record.name };
  }
}

/** `operation` is the google.longrunning.Operation. The other fields have what it has no field for. */
function operationRecord(operation: Operation): JsonObject {
  const { name, state, creation, metadata, checkpoint, resumePoint, lastResort } = operation;
  return {
    name,
    state,
    operation: operationToJson(operationView(operation)),
    created: creation && { ...creationRecord(creation.value), order: creation.order },
    metadataOrder: metadata?.order,
    checkpoint: checkpoint && { base64: toBase64(checkpoint.value), order: checkpoint.order },
    resumePoint: resumePoint && { value: resumePoint.value, order: resumePoint.order },
    cancelRequest: operation.cancelRequest,
    cancelTime: timeText(operation.cancelTime),
    childrenStop: operation.childrenStop && { eventId: operation.childrenStop.eventId },
    attempts: operation.attempts.map(({ number, worker, end, startTime }) => ({
      number,
      worker,
      end,
      // The first attempt has none.
      startTime: startTime === 0 ? undefined : toRfc3339(startTime),
    })),
    tries: operation.tries,
    resumption: plain(operation.resumption),
    lastResort: lastResort && {
      cause: lastResort.cause,
      error: statusToJson(lastResort.error),
      deadline: toRfc3339(lastResort.deadline),
    },
    handover: operation.state === 'RUNNING' ? handoverRecord(operation.handover) : undefined,
    waitId: operation.state === 'WAITING' ? operation.wait.waitId : undefined,
    lookTime: operation.state === 'WAITING' ? toRfc3339(operation.lookTime) : undefined,
    keptNotifications: operation.keptNotifications,
    lastWaitOrder: operation.lastWait,
    traceparent: operation.trace,
    createTime: toRfc3339(operation.createTime),
    updateTime: toRfc3339(operation.updateTime),
    ...endRecord(operation),
  };
}

function handoverRecord(handover: Handover): JsonObject {
  const { kind } = handover;
  switch (kind) {
    case 'UNWATCHED':
      return { kind };
    case 'OFFERED':
      return { kind, sends: handover.sends, resendTime: toRfc3339(handover.resendTime) };
    case 'LEASED':
      return { kind, leaseExpireTime: toRfc3339(handover.leaseExpireTime) };
    case 'BACKOFF':
      return { kind, retryTime: toRfc3339(handover.retryTime) };
  }
}

function endRecord(operation: Operation): JsonObject {
  if (operation.state === 'DELETED') {
    const { deleteTime, expireTime } = operation;
    return { deleteTime: toRfc3339(deleteTime), expireTime: toRfc3339(expireTime) };
  }
  if (!isTerminal(operation)) return {};
  const { completeTime, expireTime, terminalEventId } = operation;
  return { completeTime: toRfc3339(completeTime), expireTime: toRfc3339(expireTime), terminalEventId };
}

function creationRecord({ input, labels, deadline, ...rest }: Creation): JsonObject {
  return {
    ...plain(rest),
    labels,
    input: input && anyToJson(input),
    deadline: timeText(deadline),
  };
}

function historyRecord({ position, entry }: HistoryLine): JsonObject {
  return { position, ...inspectLine(entry) };
}

/** The terms of the wait without its children, which are separate records. */
function waitRecord({
  operation: _,
  startTime,
  deadline,
  sleepUntil,
  refusal,
  failedPolls,
  end,
  ...rest
}: Wait): JsonObject {
  return {
    ...plain(rest),
    startTime: toRfc3339(startTime),
    deadline: toRfc3339(deadline),
    sleepUntil: timeText(sleepUntil),
    launchRefused: refusal && { reason: refusal.reason, time: toRfc3339(refusal.time) },
    failedPolls: failedPolls && failedPollsRecord(failedPolls),
    end: end && { ...plain(end), time: toRfc3339(end.time) },
  };
}

function failedPollsRecord(polls: FailedPolls): JsonObject {
  return Object.fromEntries(
    Object.entries(polls).map(([key, { status, time }]) => [key, { status, time: toRfc3339(time) }]),
  );
}

function childRecord(wait: Wait, { position, key, spawnKey, outcome, result, resultOmitted }: ListedChild) {
  return {
    position,
    name: childNames(wait)(key),
    outcome,
    key: spawnKey,
    response: result && 'response' in result ? anyToJson(result.response) : undefined,
    error: result && 'error' in result ? statusToJson(result.error) : undefined,
    resultOmitted: resultOmitted || undefined,
  };
}

function spawnRecord({ name, key, creation, metadata }: SpawnedChild): JsonObject {
  return { name, key, created: creationRecord(creation), metadata: metadata && anyToJson(metadata) };
}

function notificationRecord({ position, name, payload, time, waitId }: NotificationRecord): JsonObject {
  return { position, name, time: toRfc3339(time), payload: payload && anyToJson(payload), waitId };
}

function timeText(time: number | undefined): string | undefined {
  return time === undefined ? undefined : toRfc3339(time);
}

/** Converts a value of numbers, texts and booleans, without times, to JSON. Names that end in `Ms` are milliseconds. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
