import type { OutgoingMessage } from '../messages/completion.ts';
import { MESSAGE_LIMITS } from '../messages/limits.ts';
import { toWellFormed } from '../messages/text.ts';
import type { DeadLetter } from '../orchestrator/ports/publisher.ts';
import { cutToBytes, isWithinLimit, messageSize } from './message-limits.ts';

/**
 * The message for the dead-letter topic: the original data and attributes, and the reason why they could not be
 * applied.
 *
 * Invariant: Pub/Sub accepts the message, whatever it carries, because a refused dead letter would be retried for ever.
 * Keys and values are cut to length and made well-formed Unicode. Our own attributes come first, and the original ones
 * follow as far as Pub/Sub's limits allow. Only a message within a kilobyte or two of the limit loses the end of its
 * data, and `dataTruncated` says so.
 */
export function deadLetterMessage(letter: DeadLetter): OutgoingMessage {
  const ours = new Map([
    ['reason', fittingValue(letter.reason)],
    ['messageId', fittingValue(letter.messageId)],
  ]);
  if (letter.field !== undefined) ours.set('field', fittingValue(letter.field));
  const kept = new Map(ours);
  for (const [key, value] of Object.entries(letter.attributes)) {
    const fitting = fittingKey(key);
    if (kept.size < MESSAGE_LIMITS.attributes && fitting !== '' && !kept.has(fitting)) {
      kept.set(fitting, fittingValue(value));
    }
  }
  const whole = { data: letter.data, attributes: Object.fromEntries(kept) };
  if (isWithinLimit(whole)) return whole;
  return withoutOriginalAttributes(letter.data, Object.fromEntries(ours));
}

function fittingValue(value: string): string {
  return cutToBytes(toWellFormed(value), MESSAGE_LIMITS.attributeValue);
}

/**
 * Pub/Sub reserves attributes that begin with `goog`, and refuses them.
 * https://cloud.google.com/pubsub/docs/publisher#custom-attributes
 */
function fittingKey(key: string): string {
  const publishable = key.toLowerCase().startsWith('goog') ? `original-${key}` : key;
  return cutToBytes(toWellFormed(publishable), MESSAGE_LIMITS.attributeKey);
}

function withoutOriginalAttributes(
  data: Uint8Array,
  ours: Readonly<Record<string, string>>,
): OutgoingMessage {
  const message = { data, attributes: ours };
  if (isWithinLimit(message)) return message;
  const attributes = { ...ours, dataTruncated: 'true' };
  const room = MESSAGE_LIMITS.message - messageSize({ data: new Uint8Array(), attributes });
  return { data: data.subarray(0, room), attributes };
}
