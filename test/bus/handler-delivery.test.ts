import { describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../executor/clock.ts';
import { recorder, SECOND, settle, setUp, text } from './timed-bus.ts';

describe('a handler', () => {
  test('gets a message at once, with no time passing', async () => {
    const { bus, clock, publish } = await setUp();
    const { handler, calls } = recorder(clock);
    bus.consume('messages', handler);
    await publish('x');
    expect(calls).toEqual([{ text: 'x', at: 0 }]);
  });

  test('gets no more outstanding messages than its limit', async () => {
    const { bus, clock, publish } = await setUp();
    const finish: (() => void)[] = [];
    const { handler, texts } = recorder(clock, () => new Promise((resolve) => finish.push(resolve)));
    bus.consume('messages', handler, { maxOutstanding: 2 });
    await publish('a', 'b', 'c', 'd');
    expect(texts()).toEqual(['a', 'b']);
    finish[1]?.();
    await settle();
    expect(texts()).toEqual(['a', 'b', 'c']);
  });

  test('gets a pause that grows with each failure, if there is no retry policy', async () => {
    const { bus, clock, publish } = await setUp();
    let failures = 4;
    const { handler, calls } = recorder(clock, () => {
      if (failures-- > 0) throw new Error('no');
    });
    bus.consume('messages', handler);
    await publish('x');
    await clock.advance(60 * SECOND);
    expect(calls.map(({ at }) => at)).toEqual([0, 100, 300, 700, 1_500]);
  });

  test('gets other messages while a retry policy delays the failed one', async () => {
    const retryPolicy = { minimumBackoff: 1, maximumBackoff: 60 };
    const { bus, clock, publish } = await setUp({ retryPolicy });
    let failed = false;
    const { handler, calls } = recorder(clock, (message) => {
      if (text(message) !== 'poison' || failed) return;
      failed = true;
      throw new Error('no');
    });
    bus.consume('messages', handler);
    await publish('poison');
    await publish('x');
    await clock.advance(10 * SECOND);
    expect(calls).toEqual([
      { text: 'poison', at: 0 },
      { text: 'x', at: 0 },
      { text: 'poison', at: SECOND },
    ]);
  });

  test('that hangs loses its message at the ack deadline, and is notified', async () => {
    const clock = new VirtualClock({ auto: false });
    // Without its hold: here time is to overtake the handler.
    const free = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: clock.sleep.bind(clock),
      hold: () => () => {},
    };
    const { bus, publish } = await setUp({}, { clock: free });
    const ended = vi.fn();
    let calls = 0;
    bus.consume('messages', async (_message, lease) => {
      if (++calls > 1) return;
      lease.onEnd(ended);
      await new Promise(() => {});
    });
    await publish('x');
    await clock.advance(10 * SECOND);
    expect(ended).toHaveBeenCalledOnce();
    expect(calls).toBe(2);
  });

  test('gets one message of an ordering key at a time, and messages of other keys in between', async () => {
    const { bus, clock, publishOrdered } = await setUp({ ordered: true });
    const finish: (() => void)[] = [];
    const { handler, texts } = recorder(clock, () => new Promise((resolve) => finish.push(resolve)));
    bus.consume('messages', handler);
    await publishOrdered('a', 'a1', 'a2');
    await publishOrdered('b', 'b1');
    expect(texts()).toEqual(['a1', 'b1']);
    finish[0]?.();
    await settle();
    expect(texts()).toEqual(['a1', 'b1', 'a2']);
  });

  test('gets nothing of a key while its first message waits for a retry', async () => {
    const retryPolicy = { minimumBackoff: 5, maximumBackoff: 5 };
    const { bus, clock, publishOrdered } = await setUp({ ordered: true, retryPolicy });
    let failures = 1;
    const { handler, calls } = recorder(clock, () => {
      if (failures-- > 0) throw new Error('no');
    });
    bus.consume('messages', handler);
    await publishOrdered('a', '1', '2');
    await clock.advance(60 * SECOND);
    expect(calls).toEqual([
      { text: '1', at: 0 },
      { text: '1', at: 5 * SECOND },
      { text: '2', at: 5 * SECOND },
    ]);
  });

  test('that has stopped gets no more messages, and another handler gets its message', async () => {
    const { bus, clock, publish } = await setUp();
    const first = recorder(clock);
    const second = recorder(clock);
    bus.consume('messages', first.handler).stop();
    await publish('x');
    bus.consume('messages', second.handler);
    await settle();
    expect([first.texts(), second.texts()]).toEqual([[], ['x']]);
  });

  test('can finish its messages while the bus closes', async () => {
    const { bus, publish } = await setUp();
    let finish = () => {};
    let finished = false;
    bus.consume('messages', async () => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      finished = true;
    });
    await publish('x');
    const closing = bus.close().then(() => finished);
    finish();
    expect(await closing).toBe(true);
  });
});

describe('a dead letter', () => {
  const deadLetterPolicy = { topic: 'dead-letters', maxDeliveryAttempts: 5 };

  test('of an ordering key no longer holds up the messages behind it', async () => {
    const { bus, clock, publishOrdered } = await setUp({ ordered: true, deadLetterPolicy });
    const { handler, texts } = recorder(clock, (message) => {
      if (text(message) === 'poison') throw new Error('no');
    });
    bus.consume('messages', handler);
    await publishOrdered('a', 'poison', 'next');
    await clock.advance(60 * SECOND);
    expect(texts()).toEqual([...Array(5).fill('poison'), 'next']);
  });

  test('stays in its subscription while the dead-letter topic refuses it', async () => {
    const { bus, clock, events, publish } = await setUp({ deadLetterPolicy });
    await bus.registry.deleteTopic('dead-letters');
    let failures = 6;
    const { handler, calls } = recorder(clock, () => {
      if (failures-- > 0) throw new Error('no');
    });
    bus.consume('messages', handler);
    await publish('x');
    await clock.advance(60 * SECOND);
    expect(calls).toHaveLength(7);
    expect(events.filter(({ event }) => event === 'forwardFailed')).toHaveLength(2);
  });
});

test('the report of a failure names the message, and has nothing of its content', async () => {
  const { bus, events, publish } = await setUp();
  const error = new Error('no');
  bus.consume('messages', async () => {
    throw error;
  });
  const [messageId] = await publish('secret');
  await settle();
  expect(events).toEqual([
    { event: 'handlerFailed', subscription: 'messages', messageId, attempt: 1, error },
  ]);
});

test('a thousand acknowledged messages leave no timer', async () => {
  const { bus, clock, publish } = await setUp();
  bus.consume('messages', async () => {});
  for (let count = 0; count < 1_000; count++) await publish('x');
  await settle();
  expect(clock.pending).toBe(0);
});
