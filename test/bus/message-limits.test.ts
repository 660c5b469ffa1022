import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventOrder } from '../../shared/lifecycle/event-order.ts';
import type { TerminalOperation } from '../../shared/lifecycle/operation.ts';
import type { OutgoingMessage } from '../../shared/messages/completion.ts';
import { MESSAGE_LIMITS } from '../../shared/messages/limits.ts';
import type { Log } from '../../shared/orchestrator/orchestrator.ts';
import type { Publisher } from '../../shared/orchestrator/ports/publisher.ts';
import { deadLetterMessage } from '../../shared/pubsub/dead-letter-message.ts';
import { cutToBytes, messageSize } from '../../shared/pubsub/message-limits.ts';
import { messagePublisher } from '../../shared/pubsub/message-publisher.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';

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

  test('loses the end of its data if it fits in no other way, and has an attribute that says so', () => {
    const data = new Uint8Array(MESSAGE_LIMITS.message);
    const message = deadLetterMessage({ data, attributes: {}, ...reason });
    expect(messageSize(message)).toBe(MESSAGE_LIMITS.message);
    expect(message.attributes).toEqual({ ...reason, dataTruncated: 'true' });
  });
});

describe('a dead letter', () => {
  const letter = { data: Buffer.from('{}'), reason: 'r', messageId: '1' };

  test('of a message with the longest attribute key has that key cut', () => {
    const message = deadLetterMessage({ ...letter, attributes: { [`goog${'x'.repeat(252)}`]: 'v' } });
    const keys = Object.keys(message.attributes);
    expect(keys).toContain(`original-goog${'x'.repeat(243)}`);
    for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThanOrEqual(MESSAGE_LIMITS.attributeKey);
  });

  test('is well-formed Unicode, whatever the message was', () => {
    const attributes = { 'a\ud800': '\udc00b', __proto__x: 'c' };
    const message = deadLetterMessage({ ...letter, reason: 'x\ud801', attributes });
    expect(message.attributes).toEqual({
      reason: 'x\ufffd',
      messageId: '1',
      'a\ufffd': '\ufffdb',
      __proto__x: 'c',
    });
  });

  test('fits, whatever the message contains', () => {
    const text = fc.string({ unit: 'binary', maxLength: 2_000 });
    fc.assert(
      fc.property(fc.dictionary(text, text, { maxKeys: 120 }), text, text, (attributes, reason, field) => {
        const message = deadLetterMessage({ ...letter, attributes, reason, field });
        expect(Object.keys(message.attributes).length).toBeLessThanOrEqual(MESSAGE_LIMITS.attributes);
        for (const [key, value] of Object.entries(message.attributes)) {
          expect(key).not.toBe('');
          expect(key.toLowerCase().startsWith('goog')).toBe(false);
          expect(Buffer.byteLength(key)).toBeLessThanOrEqual(MESSAGE_LIMITS.attributeKey);
          expect(Buffer.byteLength(value)).toBeLessThanOrEqual(MESSAGE_LIMITS.attributeValue);
        }
        expect(messageSize(message)).toBeLessThanOrEqual(MESSAGE_LIMITS.message);
      }),
      { numRuns: 50 },
    );
  });
});

describe('an operation of an earlier release that is too large for one message', () => {
  const MIB = 1024 * 1024;
  const any = { typeUrl: 'example.com/some.Type', value: Buffer.alloc(4 * MIB) };
  const order = 'order' as EventOrder;
  const operation: TerminalOperation = {
    name: 'operations/r1',
    metadata: { value: any, order },
    cancelRequest: 'NONE',
    attempts: [],
    tries: 0,
    resumption: { kind: 'START' },
    keptNotifications: 0,
    createTime: 0,
    updateTime: 0,
    completeTime: 0,
    expireTime: 0,
    terminalEventId: 'e1',
    state: 'SUCCEEDED',
    response: any,
  };

  async function published(publish: (publisher: Publisher) => Promise<void>) {
    const messages: OutgoingMessage[] = [];
    const warnings: object[] = [];
    const log: Log = { info: () => {}, error: () => {}, warn: (fields) => warnings.push(fields) };
    const send = async (_: string, message: OutgoingMessage) => void messages.push(message);
    await publish(messagePublisher(DEFAULT_TOPICS, { send, close: async () => {} }, log));
    const [message] = messages;
    if (!message) throw new Error('nothing was published');
    return { message, json: JSON.parse(Buffer.from(message.data).toString()), warnings };
  }

  test('completes without its payload, and the log says so', async () => {
    const { message, json, warnings } = await published((publisher) =>
      publisher.publishCompletion(operation),
    );
    expect(json).toEqual({ name: 'operations/r1', done: true });
    expect(message.attributes).toMatchObject({ state: 'SUCCEEDED', payloadOmitted: 'true' });
    expect(warnings).toMatchObject([{ operation: 'operations/r1' }]);
  });

  test('fails with its code and the start of its message', async () => {
    const error = { code: 5, message: 'm'.repeat(9 * MIB), details: [any] };
    const { json, message } = await published((publisher) =>
      publisher.publishCompletion({ ...operation, state: 'FAILED', error }),
    );
    expect(json).toEqual({
      name: 'operations/r1',
      done: true,
      error: { code: 5, message: `${'m'.repeat(1024)}…` },
    });
    expect(message.attributes).toMatchObject({ payloadOmitted: 'true' });
  });

  test('is published with its payload if the message fits', async () => {
    const response = { ...any, value: Buffer.alloc(MIB) };
    const { message, warnings } = await published((publisher) =>
      publisher.publishCompletion({ ...operation, state: 'SUCCEEDED', response }),
    );
    expect(message.attributes).not.toHaveProperty('payloadOmitted');
    expect(warnings).toEqual([]);
  });

  test('resumes its worker without the checkpoint', async () => {
    const { json, message } = await published((publisher) =>
      publisher.publishSignal({
        kind: 'RESUME',
        operation: 'operations/r1',
        method: 'm',
        eventId: 'e',
        waitId: 'w',
        cause: 'CHILDREN',
        resumePoint: 'p',
        checkpoint: Buffer.alloc(8 * MIB),
        attempt: 1,
        tries: 1,
        labels: {},
        children: { counts: {}, first: [], truncated: false },
        notifications: [],
      }),
    );
    expect(json).toMatchObject({ kind: 'RESUME', waitId: 'w', resumePoint: 'p' });
    expect(json).not.toHaveProperty('checkpoint');
    expect(message.attributes).toMatchObject({ signal: 'RESUME', payloadOmitted: 'true' });
  });
});
