/** Keeps messages within Pub/Sub's limits. */
import type { OutgoingMessage } from '../messages/completion.ts';
import { MESSAGE_LIMITS } from '../messages/limits.ts';

/** The size of the message as Pub/Sub counts it, in bytes: data, attributes and ordering key. */
export function messageSize({ data, attributes, orderingKey = '' }: OutgoingMessage): number {
  let size = data.byteLength + Buffer.byteLength(orderingKey);
  for (const [key, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return size;
}

/** Whether Pub/Sub accepts the message, provided that its attributes are within their own limits. */
export function isWithinLimit(message: OutgoingMessage): boolean {
  return messageSize(message) <= MESSAGE_LIMITS.message;
}

/**
 * Returns the message with attributes that Pub/Sub accepts: values are cut to length. No attribute is the only place of
 * important data.
 */
export function withFittingAttributes(message: OutgoingMessage): OutgoingMessage {
  const entries = Object.entries(message.attributes);
  // Almost always true, and cheaper than a copy: no UTF-8 encoding is longer than 3 bytes per UTF-16 unit.
  if (entries.every(([, value]) => value.length * 3 <= MESSAGE_LIMITS.attributeValue)) return message;
  return {
    ...message,
    attributes: Object.fromEntries(
      entries.map(([key, value]) => [key, cutToBytes(value, MESSAGE_LIMITS.attributeValue)]),
    ),
  };
}

/** The longest prefix of the text that is at most `limit` bytes of UTF-8 and does not end within a character. */
export function cutToBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  // A byte 10xxxxxx continues a character that began before the cut.
  while (end > 0 && ((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end--;
  return bytes.toString('utf8', 0, end);
}
