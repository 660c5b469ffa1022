import type { OutgoingMessage } from '../messages/completion.ts';
import { MESSAGE_LIMITS } from '../messages/limits.ts';
import type { DeadLetter } from '../orchestrator/ports/publisher.ts';
import { cutToBytes, messageSize } from './message-limits.ts';

/**
 * The message for the dead-letter topic: data and attributes as they came, and why they could not be applied.
 *
 * Invariant: it always fits, since a dead letter that is refused would be retried for ever. Our attributes come
 * first; of the original ones as many stay as Pub/Sub's limits leave room for; and only a message that was within a
 * kilobyte or two of the limit loses the end of its data, which `dataTruncated` says.
 */
export function deadLetterMessage(letter: DeadLetter): OutgoingMessage {
  const { attributeValue } = MESSAGE_LIMITS;
  const ours: Record<string, string> = {
    reason: cutToBytes(letter.reason, attributeValue),
    messageId: cutToBytes(letter.messageId, attributeValue),
    ...(letter.field !== undefined && { field: cutToBytes(letter.field, attributeValue) }),
  };
  const kept = Object.entries(letter.attributes)
    .filter(([key]) => !(key in ours))
    .map(([key, value]) => [publishable(key), value])
    .slice(0, MESSAGE_LIMITS.attributes - Object.keys(ours).length);
  const whole = { data: letter.data, attributes: { ...Object.fromEntries(kept), ...ours } };
  if (messageSize(whole) <= MESSAGE_LIMITS.message) return whole;
  return withoutOriginalAttributes(letter.data, ours);
}

/** Pub/Sub sets attributes that begin with `goog` itself, and takes none. https://cloud.google.com/pubsub/docs/publisher#custom-attributes */
function publishable(key: string): string {
  return key.toLowerCase().startsWith('goog') ? `original-${key}` : key;
}

function withoutOriginalAttributes(data: Uint8Array, ours: Record<string, string>): OutgoingMessage {
  const message = { data, attributes: ours };
  if (messageSize(message) <= MESSAGE_LIMITS.message) return message;
  const attributes = { ...ours, dataTruncated: 'true' };
  const room = MESSAGE_LIMITS.message - messageSize({ data: new Uint8Array(), attributes });
  return { data: data.subarray(0, room), attributes };
}
