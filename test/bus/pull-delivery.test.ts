import { describe, expect, test } from 'vitest';
import { SECOND, setUp, text } from './timed-bus.ts';

describe('a pulled message', () => {
  test('comes again when its deadline passes, and not before', async () => {
    const { clock, publish, pull } = await setUp();
    await publish('x');
    const [first] = await pull();
    await clock.advance(10 * SECOND - 1);
    expect(await pull()).toEqual([]);
    await clock.advance(1);
    const [second] = await pull();
    expect(second?.message.messageId).toBe(first?.message.messageId);
    expect(second?.ackId).not.toBe(first?.ackId);
  });

  test('stays away for as long as its deadline is moved', async () => {
    const { bus, clock, publish, pull } = await setUp();
    await publish('x');
    const [pulled] = await pull();
    for (let extension = 0; extension < 3; extension++) {
      await clock.advance(9 * SECOND);
      bus.modifyAckDeadline('messages', [pulled?.ackId ?? ''], 10);
    }
    expect(await pull()).toEqual([]);
    await bus.acknowledge('messages', [pulled?.ackId ?? '']);
    await clock.advance(60 * SECOND);
    expect(await pull()).toEqual([]);
  });

  test('published in the same millisecond as a seek to a future time is delivered', async () => {
    const { bus, clock, publish, pull } = await setUp();
    await publish('before');
    await bus.seek('messages', clock.now() + 60 * SECOND);
    await publish('after');
    expect((await pull()).map(({ message }) => text(message))).toEqual(['after']);
  });

  test('published between two seeks of one millisecond is acknowledged by the second', async () => {
    const { bus, clock, publish, pull } = await setUp();
    await bus.seek('messages', clock.now() + 60 * SECOND);
    await publish('between');
    await bus.seek('messages', clock.now() + 60 * SECOND);
    await publish('after');
    expect((await pull()).map(({ message }) => text(message))).toEqual(['after']);
  });

  test('is not acknowledged by the id of an earlier delivery', async () => {
    const { bus, clock, publish, pull } = await setUp();
    await publish('x');
    const [late] = await pull();
    await clock.advance(10 * SECOND);
    await pull();
    await bus.acknowledge('messages', [late?.ackId ?? '']);
    await clock.advance(10 * SECOND);
    expect(await pull()).toHaveLength(1);
  });

  test('is delivered after growing pauses if there is a retry policy', async () => {
    const { bus, clock, publish, pull } = await setUp({
      retryPolicy: { minimumBackoff: 10, maximumBackoff: 35 },
    });
    await publish('x');
    for (const delay of [10, 20, 35, 35]) {
      const [pulled] = await pull();
      bus.modifyAckDeadline('messages', [pulled?.ackId ?? ''], 0);
      await clock.advance(delay * SECOND - 1);
      expect(await pull()).toEqual([]);
      await clock.advance(1);
    }
    expect(await pull()).toHaveLength(1);
  });

  test('comes again at once after a thousand refusals if the retry policy has no first pause', async () => {
    const { bus, publish, pull } = await setUp({ retryPolicy: { minimumBackoff: 0, maximumBackoff: 600 } });
    await publish('x');
    for (let attempt = 0; attempt < 1_100; attempt++) {
      const [pulled] = await pull();
      bus.modifyAckDeadline('messages', [pulled?.ackId ?? ''], 0);
    }
    expect(await pull()).toHaveLength(1);
  });

  test('of an ordering key counts no attempt if only the message before it failed', async () => {
    const deadLetterPolicy = { topic: 'dead-letters', maxDeliveryAttempts: 5 };
    const { bus, publishOrdered, pull } = await setUp({ ordered: true, deadLetterPolicy });
    await publishOrdered('a', 'poison', 'next');
    for (let attempt = 1; attempt <= 5; attempt++) {
      const pulled = await pull();
      expect(pulled.map(({ message }) => message.deliveryAttempt)).toEqual([attempt, 1]);
      bus.modifyAckDeadline('messages', [pulled[0]?.ackId ?? ''], 0);
    }
    const [next] = await bus.pull('messages', { maxMessages: 10, waitMs: SECOND });
    expect(next && text(next.message)).toBe('next');
    expect(next?.message.deliveryAttempt).toBe(1);
  });

  test('is dropped in time even if the retention was shortened after it was published', async () => {
    const { bus, clock, publish, pull } = await setUp();
    await publish('old');
    const { config } = bus.registry.subscription('messages');
    await bus.registry.updateSubscription({ ...config, messageRetention: 600 });
    await clock.advance(601 * SECOND);
    expect(clock.pending).toBe(0);
    expect(await pull()).toEqual([]);
  });

  test('that failed and has become too old is dropped, even behind newer messages', async () => {
    const { bus, clock, publish, pull } = await setUp({ messageRetention: 600 });
    await publish('old');
    const [pulled] = await pull();
    await clock.advance(5 * SECOND);
    bus.modifyAckDeadline('messages', [pulled?.ackId ?? ''], 600);
    await clock.advance(590 * SECOND);
    await publish('new');
    await clock.advance(10 * SECOND);
    expect((await pull()).map(({ message }) => text(message))).toEqual(['new']);
  });

  test('is dropped when it is older than the subscription keeps messages', async () => {
    const { clock, publish, pull } = await setUp();
    await publish('old');
    await clock.advance(3_599 * SECOND);
    await publish('new');
    await clock.advance(2 * SECOND);
    expect((await pull()).map(({ message }) => text(message))).toEqual(['new']);
  });

  test('is dropped in time even without a pull, and leaves no timer', async () => {
    const { clock, publish, publishOrdered, pull } = await setUp({ ordered: true });
    await publish('old');
    await publishOrdered('a', 'old', 'old');
    await clock.advance(3_600 * SECOND);
    expect(clock.pending).toBe(1);
    await clock.advance(SECOND);
    expect(clock.pending).toBe(0);
    await publishOrdered('a', 'new');
    expect((await pull()).map(({ message }) => text(message))).toEqual(['new']);
  });

  test('is waited for until the time of the caller is over, or the caller has gone', async () => {
    const { bus, clock, publish } = await setUp();
    const short = bus.pull('messages', { maxMessages: 1, waitMs: 5 * SECOND });
    await clock.advance(5 * SECOND);
    expect(await short).toEqual([]);
    const gone = new AbortController();
    const aborted = bus.pull('messages', { maxMessages: 1, waitMs: 60 * SECOND, signal: gone.signal });
    gone.abort();
    expect(await aborted).toEqual([]);
    const served = bus.pull('messages', { maxMessages: 1, waitMs: 60 * SECOND });
    await publish('x');
    expect(await served).toHaveLength(1);
  });

  test.for(['before', 'after'] as const)(
    'of a caller that has gone %s the bus answered is delivered to the next caller at once',
    async (when) => {
      const { bus, publish } = await setUp();
      const gone = new AbortController();
      const lost = bus.pull('messages', { maxMessages: 2, waitMs: 60 * SECOND, signal: gone.signal });
      await publish('x');
      if (when === 'before') gone.abort();
      expect(await lost).toHaveLength(1);
      if (when === 'after') gone.abort();
      const served = bus.pull('messages', { maxMessages: 1, waitMs: 60 * SECOND });
      expect((await served).map(({ message }) => text(message))).toEqual(['x']);
    },
  );
});
