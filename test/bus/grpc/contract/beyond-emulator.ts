import { describe, expect, test } from 'vitest';
import { CODE } from '../grpc-client.ts';
import { arrived, ended, type GrpcContext, idsOf, texts } from './context.ts';

/** What Pub/Sub does by its documentation and the emulator does not. */
export function beyondEmulator(context: GrpcContext): void {
  describe('labels', () => {
    test('of a topic and a subscription are kept and updated', async () => {
      const name = context.newTopic();
      await context.call('Publisher.CreateTopic', { name, labels: { team: 'a' } });
      const topic = { name, labels: { team: 'b' } };
      await context.call('Publisher.UpdateTopic', { topic, updateMask: 'labels' });
      expect(await context.call('Publisher.GetTopic', { topic: name })).toMatchObject(topic);
      const { subscription } = await context.channel({ labels: { team: 'c' } });
      expect((await context.call('Subscriber.GetSubscription', { subscription })).labels).toEqual({
        team: 'c',
      });
    });

    test('go with an update that names them and gives none', async () => {
      const name = context.newTopic();
      await context.call('Publisher.CreateTopic', { name, labels: { team: 'a' } });
      await context.call('Publisher.UpdateTopic', { topic: { name }, updateMask: 'labels' });
      expect((await context.call('Publisher.GetTopic', { topic: name })).labels ?? {}).toEqual({});
    });
  });

  describe('an update without a field', () => {
    test('is refused', async () => {
      const { topic, subscription } = await context.channel();
      const ofTopic = { topic: { name: topic }, updateMask: '' };
      const ofSubscription = { subscription: { name: subscription }, updateMask: '' };
      const codes = await Promise.all([
        context.refused('Publisher.UpdateTopic', ofTopic),
        context.refused('Subscriber.UpdateSubscription', ofSubscription),
      ]);
      expect(codes).toEqual([CODE.INVALID_ARGUMENT, CODE.INVALID_ARGUMENT]);
    });
  });

  describe('seek', () => {
    test('to a time acknowledges all earlier messages, delivered or not', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { data: 'delivered' }, { data: 'waiting' });
      const [delivered] = await context.receive(subscription, 1);
      await context.call('Subscriber.Seek', {
        subscription,
        time: new Date(Date.now() + 60_000).toISOString(),
      });
      if (delivered) await context.modifyDeadline(subscription, 0, delivered);
      await context.publish(topic, { data: 'after' });
      expect(texts(await context.receive(subscription, 1))).toEqual(['after']);
      expect(await context.pull(subscription)).toEqual([]);
    });

    test('to a snapshot is refused: there are none', async () => {
      const { subscription } = await context.channel();
      const request = { subscription, snapshot: 'projects/p/snapshots/s' };
      expect(await context.refused('Subscriber.Seek', request)).toBe(CODE.INVALID_ARGUMENT);
    });
  });

  describe('a stream', () => {
    test('has at most the requested number of outstanding messages', async () => {
      const { topic, subscription } = await context.channel();
      const stream = context.stream(subscription, { maxOutstandingMessages: 2 });
      await context.publish(topic, ...['1', '2', '3', '4', '5'].map((data) => ({ data })));
      for (const count of [2, 3, 4, 5]) {
        await arrived(stream, count);
        // A further message would have come before the answer to a call that was made after it.
        await context.call('Publisher.GetTopic', { topic });
        expect(stream.received).toHaveLength(count);
        await context.acknowledge(subscription, ...stream.received.slice(count - 2, count - 1));
      }
      expect(new Set(texts(stream.received))).toEqual(new Set(['1', '2', '3', '4', '5']));
    });

    test('shares the messages with other streams', async () => {
      const { topic, subscription } = await context.channel();
      const streams = [1, 2].map(() => context.stream(subscription, { maxOutstandingMessages: 3 }));
      await context.publish(topic, ...['1', '2', '3', '4', '5', '6'].map((data) => ({ data })));
      await Promise.all(streams.map((stream) => arrived(stream, 3)));
      const all = streams.flatMap(({ received }) => texts(received)).sort();
      expect(all).toEqual(['1', '2', '3', '4', '5', '6']);
    });

    test('has at most the requested outstanding bytes, plus the message that reaches the limit', async () => {
      const { topic, subscription } = await context.channel();
      const stream = context.stream(subscription, { maxOutstandingBytes: '1000' });
      await context.publish(topic, ...['a', 'b', 'c', 'd'].map((data) => ({ data: data.repeat(600) })));
      for (const count of [2, 3, 4]) {
        await arrived(stream, count);
        await context.call('Publisher.GetTopic', { topic });
        expect(stream.received).toHaveLength(count);
        await context.acknowledge(subscription, ...stream.received.slice(count - 2, count - 1));
      }
    });

    test('gets a message that is larger than all the bytes it asked for', async () => {
      const { topic, subscription } = await context.channel();
      const stream = context.stream(subscription, { maxOutstandingBytes: '10' });
      await context.publish(topic, { data: 'x'.repeat(1_000) });
      await arrived(stream, 1);
    });

    test('that sets its limits again, or its subscription, is ended', async () => {
      const { subscription } = await context.channel();
      for (const request of [
        { maxOutstandingMessages: '1' },
        { maxOutstandingBytes: '1' },
        { subscription },
      ]) {
        const stream = context.stream(subscription);
        stream.send(request);
        expect(await ended(stream)).toBe(CODE.INVALID_ARGUMENT);
      }
    });

    test('ends with NOT_FOUND when its subscription is deleted', async () => {
      const { topic, subscription } = await context.channel();
      const stream = context.stream(subscription);
      await context.publish(topic, { data: 'x' });
      await arrived(stream, 1);
      await context.call('Subscriber.DeleteSubscription', { subscription });
      expect(await ended(stream)).toBe(CODE.NOT_FOUND);
    });

    test('brings a refused message of a key again with all behind it, in order', async () => {
      const { topic, subscription } = await context.channel({ enableMessageOrdering: true });
      await context.publish(topic, ...['1', '2', '3'].map((data) => ({ data, orderingKey: 'a' })));
      const stream = context.stream(subscription);
      await arrived(stream, 3);
      const [first, second, third] = stream.received;
      if (first && third) stream.send({ ackIds: idsOf([first, third]) });
      if (second) await context.modifyDeadline(subscription, 0, second);
      await arrived(stream, 5);
      expect(texts(stream.received)).toEqual(['1', '2', '3', '2', '3']);
    });

    test('that is given up leaves its messages to their deadlines, and to acknowledgements by others', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { data: 'done' }, { data: 'again' });
      const stream = context.stream(subscription);
      await arrived(stream, 2);
      stream.cancel();
      for (const one of stream.received) {
        if (texts([one])[0] === 'done') await context.acknowledge(subscription, one);
        else await context.modifyDeadline(subscription, 0, one);
      }
      expect(texts(await context.receive(subscription, 1))).toEqual(['again']);
      expect(await context.pull(subscription)).toEqual([]);
    });
  });

  describe('a deadline', () => {
    test('of more than 600 seconds is refused', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { data: 'x' });
      const ackIds = idsOf(await context.receive(subscription, 1));
      const request = { subscription, ackIds, ackDeadlineSeconds: 601 };
      expect(await context.refused('Subscriber.ModifyAckDeadline', request)).toBe(CODE.INVALID_ARGUMENT);
    });
  });

  describe('exactly-once delivery', () => {
    test('answers an acknowledgement that comes too late with a permanent failure', async () => {
      const { topic, subscription } = await context.channel({ enableExactlyOnceDelivery: true });
      await context.publish(topic, { data: 'x' });
      const [first] = await context.receive(subscription, 1);
      if (first) await context.modifyDeadline(subscription, 0, first);
      await context.receive(subscription, 1);
      const request = { subscription, ackIds: [first?.ackId] };
      expect(await context.refused('Subscriber.Acknowledge', request)).toBe(CODE.FAILED_PRECONDITION);
    });
  });
}
