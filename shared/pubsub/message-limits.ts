/** Messages within Pub/Sub's limits. */
import type { OutgoingMessage } from '../messages/completion.ts';
import { MESSAGE_LIMITS } from '../messages/limits.ts';

/** Bytes of the message as Pub/Sub counts them: data, attributes and ordering key. */
export function messageSize({ data, attributes, orderingKey = '' }: OutgoingMessage): number {
  let size = data.byteLength + Buffer.byteLength(orderingKey);
  for (const [key, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return size;
}

/** Whether Pub/Sub takes the message, its attributes being within their own limits. */
export function isWithinLimit(message: OutgoingMessage): boolean {
  return messageSize(message) <= MESSAGE_LIMITS.message;
}

/** The same message with attributes that Pub/Sub takes: values cut to length. Nothing that matters is only in one. */
export function withFittingAttributes(message: OutgoingMessage): OutgoingMessage {
  const entries = Object.entries(message.attributes);
  // Almost always true, and cheaper to ask than to copy: no UTF-8 encoding is longer than 3 bytes a UTF-16 unit.
  if (entries.every(([, value]) => value.length * 3 <= MESSAGE_LIMITS.attributeValue)) return message;
  return {
    ...message,
    attributes: Object.fromEntries(
      entries.map(([key, value]) => [key, cutToBytes(value, MESSAGE_LIMITS.attributeValue)]),
    ),
  };
}

/** The longest start of the text that is at most `limit` bytes of UTF-8, without half a character at its end. */
export function cutToBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  // 10xxxxxx goes on with a character that began before the cut.
  while (end > 0 && ((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end--;
  return bytes.toString('utf8', 0, end);
}
