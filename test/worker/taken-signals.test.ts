/** How a worker takes a signal, or leaves it to others. */
import { operation } from 'lro-orchestrator/worker';
import { describe, expect, it } from 'vitest';
import { until } from '../setup/until.ts';
import { deferred } from './deferred.ts';
import { fakeOrchestrator, struct } from './fake-orchestrator.ts';
import { job, START } from './job.ts';

describe('taking a signal', () => {
  const worker = operation(job).steps({ start: () => ({ text: 'done' }) });

  it('acknowledges it once the attempt is taken, and drops it if another worker has it', async () => {
    const fake = fakeOrchestrator([worker], {
      calls: { heartbeat: async () => ({ taken: false, cancelRequested: false }) },
    });
    const message = fake.deliver(START);
    await fake.pool.idle();
    expect(message.acked).toBe(true);
    expect(fake.events).toEqual([]);
  });

  it('puts it off if the orchestrator does not answer', async () => {
    const fake = fakeOrchestrator([worker], {
      calls: { heartbeat: () => Promise.reject(new Error('no answer')) },
    });
    const message = fake.deliver(START);
    await fake.pool.idle();
    expect(message).toEqual({ acked: false, putOffMs: 1000 });
  });

  it('drops a second copy while the first is worked on', async () => {
    const gate = deferred();
    const fake = fakeOrchestrator([
      operation(job).steps({ start: () => gate.promise.then(() => ({ text: 'once' })) }),
    ]);
    fake.deliver(START);
    const early = fake.deliver(START);
    await until('the attempt to be taken', () => early.acked);
    expect(fake.deliver(START).acked).toBe(true);
    gate.resolve();
    await fake.pool.idle();
    expect(fake.events).toHaveLength(1);
  });

  it('puts off a second copy too if the orchestrator does not answer', async () => {
    const fake = fakeOrchestrator([worker], {
      calls: { heartbeat: () => Promise.reject(new Error('no answer')) },
    });
    fake.deliver(START);
    const copy = fake.deliver(START);
    expect(copy.acked).toBe(false);
    await fake.pool.idle();
    expect(copy).toEqual({ acked: false, putOffMs: 1000 });
  });

  it('acknowledges a second copy of an operation without a lease after the step', async () => {
    const gate = deferred();
    const fake = fakeOrchestrator([
      operation(job).steps({ start: () => gate.promise.then(() => ({ text: '' })) }),
    ]);
    const unleased = { ...START, leaseDuration: undefined };
    fake.deliver(unleased);
    const copy = fake.deliver(unleased);
    expect(copy.acked).toBe(false);
    gate.resolve();
    await fake.pool.idle();
    expect(copy.acked).toBe(true);
    expect(fake.events).toHaveLength(1);
  });

  it('answers a second copy that stood in line as the first one', async () => {
    const gates = { others: deferred(), copied: deferred() };
    const fake = fakeOrchestrator([
      operation(job, { concurrency: 2 }).steps({
        start: async (op) => {
          await gates[op.name === 'operations/copied' ? 'copied' : 'others'].promise;
          return { text: '' };
        },
      }),
    ]);
    for (const name of ['operations/1', 'operations/2']) fake.deliver({ ...START, operation: name });
    const copied = { ...START, operation: 'operations/copied', leaseDuration: undefined };
    const copies = [fake.deliver(copied), fake.deliver(copied)];
    gates.others.resolve();
    await until('the others to end', () => fake.events.length === 2);
    expect(copies.map(({ acked }) => acked)).toEqual([false, false]);
    gates.copied.resolve();
    await fake.pool.idle();
    expect(copies.map(({ acked }) => acked)).toEqual([true, true]);
    expect(fake.events).toHaveLength(3);
  });

  it('takes no attempt for an operation without a lease, and acknowledges after the step', async () => {
    const gate = deferred();
    const fake = fakeOrchestrator([
      operation(job).steps({ start: () => gate.promise.then(() => ({ text: '' })) }),
    ]);
    const message = fake.deliver({ ...START, leaseDuration: undefined });
    expect(message.acked).toBe(false);
    gate.resolve();
    await fake.pool.idle();
    expect(message.acked).toBe(true);
    expect(fake.heartbeats).toEqual([]);
    expect(fake.events[0]).not.toHaveProperty('worker');
  });

  it('gives an operation without a lease back when the process ends, because its failure would be final', async () => {
    const fake = fakeOrchestrator([operation(job).steps({ start: () => new Promise<never>(() => {}) })]);
    const message = fake.deliver({ ...START, leaseDuration: undefined });
    await new Promise((resolve) => setImmediate(resolve));
    const stopped = fake.pool.stop(7_000);
    fake.clock.advance(7_000);
    fake.clock.advance(1_000);
    await stopped;
    expect(message).toEqual({ acked: false, putOffMs: 0 });
    expect(fake.events).toEqual([]);
  });

  it('acknowledges the signal of an operation without a lease that ends before its first step', async () => {
    const fake = fakeOrchestrator([worker]);
    const message = fake.deliver({ ...START, input: struct({ n: 'none' }), leaseDuration: undefined });
    await fake.pool.idle();
    expect(fake.events).toMatchObject([{ failed: { error: { code: 3 } } }]);
    expect(message).toEqual({ acked: true, putOffMs: undefined });
  });

  it('puts a signal with an unknown method, an unknown step or a newer state off for other workers, with growing pauses', async () => {
    const fake = fakeOrchestrator([worker]);
    const saved = (rest: object) =>
      Buffer.from(JSON.stringify({ lro: 1, root: 'operations/a', waits: 0, ...rest }));
    const signals = [
      { ...START, method: 't.v1.Other' },
      { ...START, resumePoint: 'removed' },
      { ...START, checkpoint: saved({ state: {}, version: 2 }).toString('base64') },
      { ...START, checkpoint: Buffer.from('{}').toString('base64') },
    ];
    for (const [index, signal] of signals.entries()) {
      const message = fake.deliver({ ...signal, operation: `operations/${index}` });
      await fake.pool.idle();
      expect(message).toEqual({ acked: false, putOffMs: 0 });
    }
    const delays: (number | undefined)[] = [];
    for (let round = 0; round < 12; round++) {
      delays.push(fake.deliver({ ...START, method: 't.v1.Other', operation: 'operations/0' }).putOffMs);
    }
    expect(delays.slice(0, 3)).toEqual([500, 1000, 2000]);
    expect(delays.at(-1)).toBe(60_000);
    expect(fake.logged.filter((line) => line.includes('t.v1.Other'))).toHaveLength(1);
    expect(fake.events).toEqual([]);
  });

  it('drops a signal that no one takes once its operation is over', async () => {
    const fake = fakeOrchestrator([worker], {
      calls: { isOver: async (name) => name === 'operations/over' },
    });
    const signal = { ...START, method: 't.v1.Other' };
    for (const [operation, acked] of [
      ['operations/open', false],
      ['operations/over', true],
    ] as const) {
      for (let round = 0; round < 5; round++) fake.deliver({ ...signal, operation });
      const last = fake.deliver({ ...signal, operation });
      await until('the message to be settled', () => last.acked || last.putOffMs !== undefined);
      expect(last.acked).toBe(acked);
    }
  });

  it('fails a new operation whose input its schema refuses, and leaves one that a worker has taken before', async () => {
    const fake = fakeOrchestrator([worker]);
    expect(await fake.play({ ...START, input: struct({ n: 'one' }) })).toMatchObject([
      { failed: { error: { code: 3, message: expect.stringMatching(/^input\.n: /) } } },
    ]);
    const message = fake.deliver({ ...START, input: struct({ n: 'one' }), attempt: '2' });
    await fake.pool.idle();
    expect(message.putOffMs).toBe(0);
  });
});
