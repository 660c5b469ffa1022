/** The signal message, which tells a worker to start, to resume or to stop. */
import type {
  ResumeSignal,
  Signal,
  SignalledNotification,
  StartSignal,
} from '../orchestrator/ports/publisher.ts';
import { toBase64 } from './base64.ts';
import { messageStart, type OutgoingMessage, type PayloadForm } from './completion.ts';
import { anyToJson } from './json.ts';
import { jsonBytes } from './json-bytes.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { statusToJson } from './operation.ts';
import { signalledChildrenToJson } from './signalled-children.ts';
import { toDurationText } from './time.ts';
import { toRfc3339 } from './timestamp.ts';

export function signalMessage(signal: Signal): OutgoingMessage {
  return messageOf(signal, 'WHOLE');
}

/**
 * Returns the message of a signal that does not fit one message with its payload. The message says what to do, and the worker
 * fetches the rest from the Operations API.
 */
export function signalWithoutPayload(signal: Signal): OutgoingMessage {
  switch (signal.kind) {
    case 'CANCEL':
      return messageOf(signal, 'OMITTED');
    case 'START':
      return messageOf(withoutPayload(signal), 'OMITTED');
    case 'RESUME': {
      const { counts, first } = signal.children;
      const names = first.map(({ name, outcome, key }) => ({ name, outcome, key }));
      return messageOf(
        {
          ...withoutPayload(signal),
          children: { counts, first: names, truncated: names.length > 0 },
          notifications: signal.notifications.map(({ name, time }) => ({ name, time })),
        },
        'OMITTED',
      );
    }
  }
}

function withoutPayload<S extends StartSignal | ResumeSignal>(signal: S): S {
  const { error } = signal;
  return {
    ...signal,
    checkpoint: new Uint8Array(),
    input: undefined,
    error: error && { code: error.code, message: messageStart(error.message), details: [] },
  };
}

function messageOf(signal: Signal, payload: PayloadForm): OutgoingMessage {
  const { kind, operation, method, eventId, attempt } = signal;
  const resumePoint = signal.kind === 'CANCEL' ? '' : signal.resumePoint;
  const attributes: Record<string, string> = { signal: kind, operation, method, resumePoint, eventId };
  if (attempt > 0) attributes.attempt = String(attempt);
  if (payload === 'OMITTED') attributes.payloadOmitted = 'true';
  return { data: jsonBytes(signalToJson(signal)), attributes, orderingKey: operation };
}

/** lro.v1.Signal in proto3 JSON. Fields with their default value are absent. */
export function signalToJson(signal: Signal): JsonObject {
  const { kind, operation, method, attempt, labels, parent, traceparent } = signal;
  // Assignments instead of spreads, here and below: every operation has signals, and a spread makes an object.
  const json: WritableJson = { kind, operation };
  if (method) json.method = method;
  if (attempt > 0) json.attempt = String(attempt);
  if (Object.keys(labels).length > 0) json.labels = labels;
  if (parent) json.parent = parent;
  if (traceparent) json.traceparent = traceparent;
  if (signal.kind !== 'CANCEL') addWork(json, signal);
  if (signal.kind === 'RESUME') addWait(json, signal);
  return json;
}

type WritableJson = Record<string, JsonValue>;

function addWork(
  json: WritableJson,
  { tries, resumePoint, checkpoint, input, error, leaseMs }: StartSignal | ResumeSignal,
): void {
  if (tries > 0) json.try = tries;
  if (resumePoint) json.resumePoint = resumePoint;
  if (checkpoint.length > 0) json.checkpoint = toBase64(checkpoint);
  if (input) json.input = anyToJson(input);
  if (error) json.error = statusToJson(error);
  if (leaseMs !== undefined) json.leaseDuration = toDurationText(leaseMs);
}

function addWait(json: WritableJson, { waitId, cause, children, notifications }: ResumeSignal): void {
  if (waitId !== undefined) json.waitId = waitId;
  json.cause = cause;
  json.children = signalledChildrenToJson(children);
  if (notifications.length > 0) json.notifications = notifications.map(notificationToJson);
}

function notificationToJson({ name, payload, time }: SignalledNotification): JsonObject {
  return { name, payload: payload && anyToJson(payload), time: toRfc3339(time) };
}
