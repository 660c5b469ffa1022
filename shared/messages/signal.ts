/** The signal message, which tells a worker to start, to resume or to stop. */
import type {
  ResumeSignal,
  Signal,
  SignalledNotification,
  StartSignal,
} from '../orchestrator/ports/publisher.ts';
import { jsonBytes, type OutgoingMessage, PAYLOAD_OMITTED, startOf } from './completion.ts';
import { anyToJson } from './json.ts';
import type { JsonObject } from './json-value.ts';
import { statusToJson } from './operation.ts';
import { signalledChildrenToJson } from './signalled-children.ts';
import { toDurationText } from './time.ts';
import { toRfc3339 } from './timestamp.ts';

export function signalMessage(signal: Signal): OutgoingMessage {
  return messageOf(signal, {});
}

/**
 * For a signal that does not fit one message: it says what to do, and the worker fetches the rest from the Operations
 * API.
 */
export function signalWithoutPayload(signal: Signal): OutgoingMessage {
  switch (signal.kind) {
    case 'CANCEL':
      return messageOf(signal, PAYLOAD_OMITTED);
    case 'START':
      return messageOf(withoutPayload(signal), PAYLOAD_OMITTED);
    case 'RESUME': {
      const { counts, first } = signal.children;
      const names = first.map(({ name, outcome, key }) => ({
        name,
        outcome,
        ...(key !== undefined && { key }),
      }));
      return messageOf(
        {
          ...withoutPayload(signal),
          children: { counts, first: names, truncated: names.length > 0 },
          notifications: signal.notifications.map(({ name, time }) => ({ name, time })),
        },
        PAYLOAD_OMITTED,
      );
    }
  }
}

function withoutPayload<S extends StartSignal | ResumeSignal>({ input: _, error, ...signal }: S) {
  const checkpoint = new Uint8Array();
  if (!error) return { ...signal, checkpoint };
  return { ...signal, checkpoint, error: { code: error.code, message: startOf(error.message), details: [] } };
}

function messageOf(signal: Signal, extra: Readonly<Record<string, string>>): OutgoingMessage {
  const { kind, operation, method, eventId, attempt } = signal;
  const resumePoint = signal.kind === 'CANCEL' ? '' : signal.resumePoint;
  return {
    data: jsonBytes(signalToJson(signal)),
    attributes: {
      signal: kind,
      operation,
      method,
      resumePoint,
      eventId,
      ...(attempt > 0 && { attempt: String(attempt) }),
      ...extra,
    },
    orderingKey: operation,
  };
}

/** lro.v1.Signal in proto3 JSON. Fields with their default value are absent. */
export function signalToJson(signal: Signal): JsonObject {
  const { kind, operation, method, attempt, labels, parent, traceparent } = signal;
  return {
    kind,
    operation,
    ...(method && { method }),
    ...(attempt > 0 && { attempt: String(attempt) }),
    ...(Object.keys(labels).length > 0 && { labels: { ...labels } }),
    ...(parent && { parent }),
    ...(traceparent && { traceparent }),
    ...(signal.kind !== 'CANCEL' && workToJson(signal)),
    ...(signal.kind === 'RESUME' && waitToJson(signal)),
  };
}

function workToJson({
  tries,
  resumePoint,
  checkpoint,
  input,
  error,
  leaseMs,
}: StartSignal | ResumeSignal): JsonObject {
  return {
    ...(tries > 0 && { try: tries }),
    ...(resumePoint && { resumePoint }),
    ...(checkpoint.length > 0 && { checkpoint: Buffer.from(checkpoint).toString('base64') }),
    ...(input && { input: anyToJson(input) }),
    ...(error && { error: statusToJson(error) }),
    ...(leaseMs !== undefined && { leaseDuration: toDurationText(leaseMs) }),
  };
}

function waitToJson({ waitId, cause, children, notifications }: ResumeSignal): JsonObject {
  return {
    ...(waitId !== undefined && { waitId }),
    cause,
    children: signalledChildrenToJson(children),
    ...(notifications.length > 0 && { notifications: notifications.map(notificationToJson) }),
  };
}

function notificationToJson({ name, payload, time }: SignalledNotification): JsonObject {
  return { name, ...(payload && { payload: anyToJson(payload) }), time: toRfc3339(time) };
}
