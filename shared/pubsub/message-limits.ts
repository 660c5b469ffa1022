/** Keeps messages within Pub/Sub's limits. */
import type { OutgoingMessage } from '../messages/completion.ts';
import { MESSAGE_LIMITS } from '../messages/limits.ts';

/** The size of the message as Pub/Sub counts it, in bytes: data, attributes and ordering key. */
export function messageSize({ data, attributes, orderingKey = '' }: OutgoingMessage): number {
  let size = data.byteLength + Buffer.byteLength(orderingKey);
  for (const key in attributes) size += Buffer.byteLength(key) + Buffer.byteLength(attributes[key] ?? '');
  return size;
}

/** No UTF-8 encoding is longer, in bytes per UTF-16 unit. */
const MAX_BYTES_OF_UNIT = 3;

/** At least the size of the message, without a look at its characters. */
export function greatestMessageSize({ data, attributes, orderingKey = '' }: OutgoingMessage): number {
  let units = orderingKey.length;
  for (const key in attributes) units += key.length + (attributes[key] ?? '').length;
  return data.byteLength + units * MAX_BYTES_OF_UNIT;
}

/** Whether the lengths alone show that the message and its attribute values are within their limits, as of nearly every message. */
export function isClearlyWithinLimits({ data, attributes, orderingKey = '' }: OutgoingMessage): boolean {
  let units = orderingKey.length;
  for (const key in attributes) {
    const { length } = attributes[key] ?? '';
    if (length * MAX_BYTES_OF_UNIT > MESSAGE_LIMITS.attributeValue) return false;
    units += key.length + length;
  }
  return data.byteLength + units * MAX_BYTES_OF_UNIT <= MESSAGE_LIMITS.message;
}

/** Whether Pub/Sub accepts the message, provided that its attributes are within their own limits. */
export function isWithinLimit(message: OutgoingMessage): boolean {
  const limit = MESSAGE_LIMITS.message;
  return greatestMessageSize(message) <= limit || messageSize(message) <= limit;
}

/**
 * Returns the message with attributes that Pub/Sub accepts: values are cut to length. No attribute is the only place of
 * important data.
 */
export function withFittingAttributes(message: OutgoingMessage): OutgoingMessage {
  return {
    ...message,
    attributes: Object.fromEntries(
      Object.entries(message.attributes).map(([key, value]) => [
        key,
        cutToBytes(value, MESSAGE_LIMITS.attributeValue),
      ]),
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
