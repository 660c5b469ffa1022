import { describe, expect, test } from 'vitest';
import { CODE } from '../grpc-client.ts';
import { arrived, ended, type GrpcContext, idsOf, texts } from './context.ts';

export function streaming(context: GrpcContext): void {
  describe('a stream', () => {
    test('gets what is there, and then what is published', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { data: 'before' });
      const stream = context.stream(subscription);
      await arrived(stream, 1);
      await context.publish(topic, { data: 'after' });
      await arrived(stream, 2);
      expect(texts(stream.received)).toEqual(['before', 'after']);
    });

    test('that acknowledges ends the delivery', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { data: 'x' });
      const stream = context.stream(subscription, { streamAckDeadlineSeconds: 10 });
      await arrived(stream, 1);
      stream.send({ ackIds: idsOf(stream.received) });
      // What is published afterwards is delivered after the acknowledgement has been read, or is not.
      await context.publish(topic, { data: 'y' });
      await arrived(stream, 2);
      stream.send({ modifyDeadlineAckIds: idsOf(stream.received.slice(1)), modifyDeadlineSeconds: [0] });
      await arrived(stream, 3);
      expect(texts(stream.received)).toEqual(['x', 'y', 'y']);
    });

    test('gets a refused message again, on any way that it is refused', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { data: 'x' });
      const stream = context.stream(subscription);
      await arrived(stream, 1);
      await context.modifyDeadline(subscription, 0, ...stream.received);
      await arrived(stream, 2);
      expect(texts(stream.received)).toEqual(['x', 'x']);
      expect(new Set(idsOf(stream.received)).size).toBe(2);
    });

    test('keeps a message for as long as its deadline is moved', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { data: 'x' });
      const stream = context.stream(subscription, { streamAckDeadlineSeconds: 10 });
      await arrived(stream, 1);
      const modifyDeadlineAckIds = idsOf(stream.received);
      stream.send({ modifyDeadlineAckIds, modifyDeadlineSeconds: [1] });
      await arrived(stream, 2);
      expect(texts(stream.received)).toEqual(['x', 'x']);
    });

    test('keeps the order of a key', async () => {
      const { topic, subscription } = await context.channel({ enableMessageOrdering: true });
      const stream = context.stream(subscription);
      const expected = Array.from({ length: 30 }, (_, index) => String(index));
      for (const data of expected) await context.publish(topic, { data, orderingKey: 'a' });
      for (let acknowledged = 0; acknowledged < expected.length; ) {
        await arrived(stream, acknowledged + 1);
        const fresh = stream.received.slice(acknowledged);
        acknowledged += fresh.length;
        stream.send({ ackIds: idsOf(fresh) });
      }
      expect(texts(stream.received)).toEqual(expected);
    });

    test('of an unknown subscription is NOT_FOUND', async () => {
      expect(await ended(context.stream(context.newSubscription()))).toBe(CODE.NOT_FOUND);
    });

    test.for([
      ['no ack deadline', { streamAckDeadlineSeconds: 0 }],
      ['an ack deadline of 601 seconds', { streamAckDeadlineSeconds: 601 }],
    ] as const)('with %s is refused', async ([, settings]) => {
      const { subscription } = await context.channel();
      expect(await ended(context.stream(subscription, settings))).toBe(CODE.INVALID_ARGUMENT);
    });

    test.for([
      ['deadlines that are not as many as their ids', { modifyDeadlineSeconds: [10] }],
      ['what is no ack id', { ackIds: ['none'] }],
    ] as const)('that sends %s is ended', async ([, request]) => {
      const { subscription } = await context.channel();
      const stream = context.stream(subscription);
      stream.send(request);
      expect(await ended(stream)).toBe(CODE.INVALID_ARGUMENT);
    });
  });
}
