import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MESSAGE_LIMITS } from '../../shared/messages/limits.ts';
import { deadLetterMessage } from '../../shared/pubsub/dead-letter-message.ts';
import { cutToBytes, messageSize } from '../../shared/pubsub/message-limits.ts';

test('a text that is cut is the longest start that fits, with whole characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(60), (text, limit) => {
      const cut = cutToBytes(text, limit);
      const rest = [...text.slice(cut.length)];
      expect(text.startsWith(cut)).toBe(true);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(limit);
      if (rest[0] !== undefined) expect(Buffer.byteLength(cut + rest[0])).toBeGreaterThan(limit);
    }),
  );
});

describe('a dead letter of a message of the greatest size', () => {
  const reason = { reason: 'data: must be JSON', field: 'data', messageId: '1' };

  test('gives up the original attributes, and keeps all data', () => {
    const data = new Uint8Array(MESSAGE_LIMITS.message - 2_000);
    const attributes = { first: 'x'.repeat(1_000), second: 'x'.repeat(980) };
    const message = deadLetterMessage({ data, attributes, ...reason });
    expect(message.data.byteLength).toBe(data.byteLength);
    expect(message.attributes).toEqual(reason);
  });

  test('loses the end of its data where nothing else helps, and says so', () => {
    const data = new Uint8Array(MESSAGE_LIMITS.message);
    const message = deadLetterMessage({ data, attributes: {}, ...reason });
    expect(messageSize(message)).toBe(MESSAGE_LIMITS.message);
    expect(message.attributes).toEqual({ ...reason, dataTruncated: 'true' });
  });
});
