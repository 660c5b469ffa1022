/** The records of an export in JSON: one object for each record, with its kind. */
import { type Creation, isTerminal, type Operation } from '../lifecycle/operation.ts';
import type { SpawnedChild } from '../lifecycle/spawn.ts';
import { childNames, type Wait } from '../lifecycle/wait.ts';
import { anyToJson } from '../messages/json.ts';
import type { JsonObject } from '../messages/json-value.ts';
import { operationToJson, operationView, statusToJson } from '../messages/operation.ts';
import { toRfc3339 } from '../messages/timestamp.ts';
import type { KeptRecord } from '../orchestrator/export-operation.ts';
import type { HistoryLine, NotificationRecord } from '../orchestrator/ports/operation-data.ts';
import type { ListedChild } from '../orchestrator/ports/store.ts';
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
    operation: { ...operationToJson(operationView(operation)) },
    ...(creation && { created: { ...creationRecord(creation.value), order: creation.order } }),
    ...(metadata && { metadataOrder: metadata.order }),
    ...(checkpoint && {
      checkpoint: { base64: Buffer.from(checkpoint.value).toString('base64'), order: checkpoint.order },
    }),
    ...(resumePoint && { resumePoint: { value: resumePoint.value, order: resumePoint.order } }),
    cancelRequest: operation.cancelRequest,
    ...(operation.cancelTime !== undefined && { cancelTime: toRfc3339(operation.cancelTime) }),
    ...(operation.childrenStop && { childrenStop: { ...operation.childrenStop } }),
    attempts: operation.attempts.map(({ startTime, ...attempt }) => ({
      ...attempt,
      startTime: toRfc3339(startTime),
    })),
    tries: operation.tries,
    resumption: { ...operation.resumption },
    ...(lastResort && {
      lastResort: {
        cause: lastResort.cause,
        error: statusToJson(lastResort.error),
        deadline: toRfc3339(lastResort.deadline),
      },
    }),
    ...(operation.state === 'RUNNING' && { handover: plain(operation.handover) }),
    ...(operation.state === 'WAITING' && {
      waitId: operation.wait.waitId,
      lookTime: toRfc3339(operation.lookTime),
    }),
    keptNotifications: operation.keptNotifications,
    ...(operation.lastWait !== undefined && { lastWaitOrder: operation.lastWait }),
    ...(operation.trace !== undefined && { traceparent: operation.trace }),
    createTime: toRfc3339(operation.createTime),
    updateTime: toRfc3339(operation.updateTime),
    ...endRecord(operation),
  };
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
    labels: { ...labels },
    ...(input && { input: anyToJson(input) }),
    ...(deadline !== undefined && { deadline: toRfc3339(deadline) }),
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
  end,
  ...rest
}: Wait): JsonObject {
  return {
    ...plain(rest),
    startTime: toRfc3339(startTime),
    deadline: toRfc3339(deadline),
    ...(sleepUntil !== undefined && { sleepUntil: toRfc3339(sleepUntil) }),
    ...(refusal && { launchRefused: { reason: refusal.reason, time: toRfc3339(refusal.time) } }),
    ...(end && { end: { ...plain(end), time: toRfc3339(end.time) } }),
  };
}

function childRecord(wait: Wait, { position, key, spawnKey, outcome, result, resultOmitted }: ListedChild) {
  return {
    position,
    name: childNames(wait)(key),
    outcome,
    ...(spawnKey !== undefined && { key: spawnKey }),
    ...(result && 'response' in result && { response: anyToJson(result.response) }),
    ...(result && 'error' in result && { error: statusToJson(result.error) }),
    ...(resultOmitted && { resultOmitted }),
  };
}

function spawnRecord({ name, key, creation, metadata }: SpawnedChild): JsonObject {
  return {
    ...{ name, key, created: creationRecord(creation) },
    ...(metadata && { metadata: anyToJson(metadata) }),
  };
}

function notificationRecord({ position, name, payload, time, waitId }: NotificationRecord): JsonObject {
  return {
    ...{ position, name, time: toRfc3339(time) },
    ...(payload && { payload: anyToJson(payload) }),
    ...(waitId !== undefined && { waitId }),
  };
}

/** Converts a value of numbers, texts and booleans to JSON. Names that end in `Ms` are milliseconds. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
