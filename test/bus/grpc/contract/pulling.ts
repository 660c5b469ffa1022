import { describe, expect, test } from 'vitest';
import { CODE } from '../grpc-client.ts';
import { type GrpcContext, idsOf, texts } from './context.ts';

export function pulling(context: GrpcContext): void {
  describe('pull', () => {
    test('waits for a message that comes later', async () => {
      const { topic, subscription } = await context.channel();
      const pull = context.call('Subscriber.Pull', { subscription, maxMessages: 10 });
      await context.publish(topic, { data: 'late' });
      expect(texts((await pull).receivedMessages)).toEqual(['late']);
    });

    test('of an unknown subscription is NOT_FOUND, and of no messages INVALID_ARGUMENT', async () => {
      const { subscription } = await context.channel();
      const pull = (name: string, maxMessages: number) =>
        context.refused('Subscriber.Pull', { subscription: name, maxMessages, returnImmediately: true });
      expect(await pull(context.newSubscription(), 1)).toBe(CODE.NOT_FOUND);
      expect(await pull(subscription, 0)).toBe(CODE.INVALID_ARGUMENT);
    });

    test('does not redeliver an acknowledged message, and redelivers a refused one', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { data: 'done' }, { data: 'again' });
      for (const one of await context.receive(subscription, 2)) {
        if (texts([one])[0] === 'done') await context.acknowledge(subscription, one);
        else await context.modifyDeadline(subscription, 0, one);
      }
      expect(texts(await context.receive(subscription, 1))).toEqual(['again']);
      expect(await context.pull(subscription)).toEqual([]);
    });

    test('gives a message again when its deadline passes, under the same id and with another ack id', async () => {
      const { topic, subscription } = await context.channel();
      const ids = await context.publish(topic, { data: 'x' });
      const [first] = await context.receive(subscription, 1);
      if (first) await context.modifyDeadline(subscription, 1, first);
      const [second] = await context.receive(subscription, 1);
      expect([second?.message.messageId]).toEqual(ids);
      expect(second?.ackId).not.toBe(first?.ackId);
    });

    test('takes an acknowledgement twice, and refuses what is no ack id', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { data: 'x' });
      const received = await context.receive(subscription, 1);
      await context.acknowledge(subscription, ...received);
      await context.acknowledge(subscription, ...received);
      for (const ackIds of [['none'], []]) {
        const refused = await context.refused('Subscriber.Acknowledge', { subscription, ackIds });
        expect(refused).toBe(CODE.INVALID_ARGUMENT);
      }
    });

    test('refuses a deadline that is negative', async () => {
      const { topic, subscription } = await context.channel();
      await context.publish(topic, { data: 'x' });
      const ackIds = idsOf(await context.receive(subscription, 1));
      const request = { subscription, ackIds, ackDeadlineSeconds: -1 };
      expect(await context.refused('Subscriber.ModifyAckDeadline', request)).toBe(CODE.INVALID_ARGUMENT);
    });

    test('counts attempts where there is a dead-letter policy, and forwards after the last', async () => {
      const deadLetterTopic = await context.topic();
      const deadLetters = context.newSubscription();
      await context.call('Subscriber.CreateSubscription', { name: deadLetters, topic: deadLetterTopic });
      const deadLetterPolicy = { deadLetterTopic, maxDeliveryAttempts: 5 };
      const { topic, subscription } = await context.channel({ deadLetterPolicy });
      await context.publish(topic, { data: 'poison', attributes: { kept: 'yes' } });
      const attempts: (number | undefined)[] = [];
      for (let attempt = 1; attempt <= 5; attempt++) {
        const [received] = await context.receive(subscription, 1);
        attempts.push(received?.deliveryAttempt);
        if (received) await context.modifyDeadline(subscription, 0, received);
      }
      expect(attempts).toEqual([1, 2, 3, 4, 5]);
      // The emulator forwards when the next one asks.
      expect(await context.pull(subscription)).toEqual([]);
      const [dead] = await context.receive(deadLetters, 1);
      expect(dead && texts([dead])).toEqual(['poison']);
      expect(dead?.message.attributes).toMatchObject({
        kept: 'yes',
        CloudPubSubDeadLetterSourceDeliveryCount: '5',
      });
    });
  });
}
