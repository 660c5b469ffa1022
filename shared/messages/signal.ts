/** The message that tells a worker to go on, or to stop. */
import type { Signal } from '../orchestrator/ports/publisher.ts';
import { jsonBytes, type OutgoingMessage } from './completion.ts';
import type { JsonObject } from './json-value.ts';

export function signalMessage(signal: Signal): OutgoingMessage {
  const { kind, operation, method, eventId } = signal;
  const resumePoint = signal.kind === 'RESUME' ? signal.resumePoint : '';
  return {
    data: jsonBytes(signalToJson(signal)),
    attributes: { signal: kind, operation, method, resumePoint, eventId },
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
