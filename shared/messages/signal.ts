/** The message that tells a worker to go on, or to stop. */
import type { Signal } from '../orchestrator/ports/publisher.ts';
import { jsonBytes, type OutgoingMessage, PAYLOAD_OMITTED } from './completion.ts';
import type { JsonObject } from './json-value.ts';

export function signalMessage(signal: Signal): OutgoingMessage {
  return messageOf(signal, {});
}

/** For a signal that does not fit one message: it says what to do, and that the rest is to be asked for. */
export function signalWithoutPayload(signal: Signal): OutgoingMessage {
  if (signal.kind === 'CANCEL') return messageOf(signal, PAYLOAD_OMITTED);
  return messageOf({ ...signal, checkpoint: new Uint8Array() }, PAYLOAD_OMITTED);
}

function messageOf(signal: Signal, extra: Readonly<Record<string, string>>): OutgoingMessage {
  const { kind, operation, method, eventId } = signal;
  const resumePoint = signal.kind === 'RESUME' ? signal.resumePoint : '';
  return {
    data: jsonBytes(signalToJson(signal)),
    attributes: { signal: kind, operation, method, resumePoint, eventId, ...extra },
    orderingKey: operation,
  };
}

/** lro.v1.Signal in proto3 JSON: fields with their default value are left out. */
export function signalToJson(signal: Signal): JsonObject {
  const { kind, operation, method } = signal;
  const header = { kind, operation, ...(method && { method }) };
  if (signal.kind === 'CANCEL') return header;
  const { waitId, cause, resumePoint, checkpoint, children } = signal;
  return {
    ...header,
    waitId,
    cause,
    ...(resumePoint && { resumePoint }),
    ...(checkpoint.length > 0 && { checkpoint: Buffer.from(checkpoint).toString('base64') }),
    children: {
      counts: { ...children.counts },
      first: children.first.map(({ name, outcome }) => ({ name, outcome })),
    },
  };
}
