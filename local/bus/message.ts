import { MESSAGE_LIMITS } from '../../shared/messages/limits.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import { greatestMessageSize, messageSize } from '../../shared/pubsub/message-limits.ts';

/** A message that is published to a topic. */
export interface PublishedMessage {
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  readonly orderingKey?: string;
}

/** A message that the bus has accepted. */
export interface BusMessage {
  /** Grows with each message of the bus, across restarts too. Subscribers recognize duplicates by it. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly publishTime: number;
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
  /** Empty if the message has no ordering key. */
  readonly orderingKey: string;
}

/** The limits of one publish request. https://cloud.google.com/pubsub/quotas#resource_limits */
export const REQUEST_LIMITS = { messages: 1_000, bytes: 10_000_000 } as const;

/**
 * Keys with this prefix are reserved by Pub/Sub. Pub/Sub sets the one that names the encoding of the data if a topic has a
 * schema. Topics of the bus have no schema, so publishers may set it.
 */
const RESERVED = { prefix: 'goog', allowed: 'googclient_schemaencoding' } as const;

/**
 * Checks one publish request.
 *
 * @throws InvalidInput if Pub/Sub would refuse the request
 */
export function checkMessages(messages: readonly PublishedMessage[]): void {
  if (messages.length === 0) throw new InvalidInput('messages', 'must have at least one message');
  if (messages.length > REQUEST_LIMITS.messages) {
    throw new InvalidInput('messages', `must have at most ${REQUEST_LIMITS.messages} messages`);
  }
  let bytes = 0;
  for (const message of messages) bytes += checkedSize(message);
  if (bytes > REQUEST_LIMITS.bytes && sizeOfAll(messages) > REQUEST_LIMITS.bytes) {
    throw new InvalidInput('messages', `must have at most ${REQUEST_LIMITS.bytes} bytes together`);
  }
}

function sizeOfAll(messages: readonly PublishedMessage[]): number {
  return messages.reduce((sum, message) => sum + messageSize(message), 0);
}

/** Whether the text has more bytes than the limit. No UTF-16 code unit takes more than three, so most texts need no measurement. */
function isLonger(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}

/** At least the size of the message. */
function checkedSize(message: PublishedMessage): number {
  const { data, attributes, orderingKey = '' } = message;
  const keys = Object.keys(attributes);
  if (data.byteLength === 0 && keys.length === 0) {
    throw new InvalidInput('messages', 'must have data or an attribute');
  }
  if (keys.length > MESSAGE_LIMITS.attributes) {
    throw new InvalidInput(
      'messages.attributes',
      `must have at most ${MESSAGE_LIMITS.attributes} attributes`,
    );
  }
  for (const key of keys) {
    if (key === '' || isLonger(key, MESSAGE_LIMITS.attributeKey)) {
      throw new InvalidInput(
        'messages.attributes',
        `must have keys of 1 to ${MESSAGE_LIMITS.attributeKey} bytes`,
      );
    }
    if (key.startsWith(RESERVED.prefix) && key !== RESERVED.allowed) {
      throw new InvalidInput(`messages.attributes.${key}`, `must not begin with "${RESERVED.prefix}"`);
    }
    if (isLonger(attributes[key] ?? '', MESSAGE_LIMITS.attributeValue)) {
      throw new InvalidInput(
        `messages.attributes.${key}`,
        `must have at most ${MESSAGE_LIMITS.attributeValue} bytes`,
      );
    }
  }
  if (isLonger(orderingKey, MESSAGE_LIMITS.orderingKey)) {
    throw new InvalidInput('messages.orderingKey', `must have at most ${MESSAGE_LIMITS.orderingKey} bytes`);
  }
  const size = greatestMessageSize(message);
  if (size > MESSAGE_LIMITS.message && messageSize(message) > MESSAGE_LIMITS.message) {
    throw new InvalidInput('messages', `must have at most ${MESSAGE_LIMITS.message} bytes each`);
  }
  return size;
}
