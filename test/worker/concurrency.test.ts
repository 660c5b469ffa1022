/** How many attempts run at a time, in a process and of a method. */
import { defineOperation, OperationError } from 'lro-orchestrator';
import { operation } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { MAX_IN_LINE } from '../../shared/worker/worker-pool.ts';
import { until } from '../setup/until.ts';
import { deferred } from './deferred.ts';
import { fakeOrchestrator } from './fake-orchestrator.ts';
import { job, START } from './job.ts';

describe('the concurrency of a process', () => {
  const start = (operation: string) => ({ ...START, operation: `operations/${operation}` });

  /** An orchestrator that answers the end of an attempt when it is told to, and a worker that counts the steps that run at a time. */
  function slowToAnswer(concurrency: number, answer: () => Promise<boolean> = async () => true) {
    const reported: { readonly name: string; readonly answer: () => void }[] = [];
    const begun: string[] = [];
    const running = { now: 0, most: 0 };
    const step = async ({ name }: { readonly name: string }) => {
      begun.push(name);
      running.most = Math.max(running.most, ++running.now);
      await new Promise((resolve) => setImmediate(resolve));
      running.now--;
      return { text: '' };
    };
    const worker = operation(job, { catch: 'give-up' }).steps({
      start: step,
      'give-up': step,
    });
    const fake = fakeOrchestrator([worker], {
      concurrency,
      calls: {
        apply: async ({ operation: name }) => {
          const gate = deferred();
          reported.push({ name, answer: gate.resolve });
          await gate.promise;
          return answer();
        },
      },
    });
    return { ...fake, reported, begun, running };
  }

  it('lets the next attempt begin while the end of the one before is reported, and no third one', async () => {
    const { deliver, pool, reported, begun, running, heartbeats } = slowToAnswer(1);
    for (const name of ['1', '2', '3']) deliver(start(name));
    await until('two ends to be reported', () => reported.length === 2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(heartbeats).toEqual(['operations/1#1', 'operations/2#1']);
    reported[0]?.answer();
    await until('the third end to be reported', () => reported.length === 3);
    for (const { answer } of reported) answer();
    await pool.idle();
    expect(begun).toEqual(['operations/1', 'operations/2', 'operations/3']);
    expect(running.most).toBe(1);
  });

  it('counts an attempt again whose end the orchestrator refuses', async () => {
    const refusals = [new OperationError('INVALID_ARGUMENT', 'succeeded.response: too large')];
    const { deliver, pool, reported, begun } = slowToAnswer(1, async () => {
      const refusal = refusals.pop();
      if (refusal) throw refusal;
      return true;
    });
    for (const name of ['1', '2', '3']) deliver(start(name));
    await until('two ends to be reported', () => reported.length === 2);
    reported[0]?.answer();
    // The catch step of the first operation begins with the checkpoint that names it.
    await until('the checkpoint', () => reported.length === 3);
    expect(begun).toEqual(['operations/1', 'operations/2']);
    while (begun.length < 4) {
      for (const { answer } of reported) answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { answer } of reported) answer();
    await until('the ends to be reported', () => reported.length === 5);
    for (const { answer } of reported) answer();
    await pool.idle();
    expect(begun.toSorted()).toEqual(['operations/1', 'operations/1', 'operations/2', 'operations/3']);
    expect(pool.capacity).toBeGreaterThanOrEqual(1);
  });

  it('waits at its stop for the ends that are reported', async () => {
    const { deliver, pool, reported } = slowToAnswer(1);
    deliver(start('1'));
    await until('the end to be reported', () => reported.length === 1);
    let isStopped = false;
    const stopped = pool.stop(1_000).then(() => {
      isStopped = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isStopped).toBe(false);
    reported[0]?.answer();
    await stopped;
  });
});

describe('the concurrency of a method', () => {
  it('holds up signals of the method, and no others', async () => {
    const gate = deferred();
    const other = defineOperation('t.v1.Other', { input: v.object({}) });
    const fake = fakeOrchestrator([
      operation(job, { concurrency: 1 }).steps({ start: () => gate.promise.then(() => ({ text: '' })) }),
      operation(other).steps({ start: (op) => op.done() }),
    ]);
    fake.deliver({ ...START, operation: 'operations/1' });
    const second = fake.deliver({ ...START, operation: 'operations/2' });
    const third = fake.deliver({ ...START, operation: 'operations/3' });
    expect(second).toEqual({ acked: false, putOffMs: undefined });
    expect(third).toEqual({ acked: false, putOffMs: undefined });
    fake.deliver({ method: 't.v1.Other', operation: 'operations/4' });
    await until('the operation of the other method to end', () =>
      fake.events.some(({ operation: name }) => name === 'operations/4'),
    );
    gate.resolve();
    await fake.pool.idle();
    expect(second.acked).toBe(true);
    expect(fake.events).toHaveLength(4);
  });

  it('puts off a signal that finds the line full until half of the line is worked off, and at most 10 s', async () => {
    let gate = Promise.resolve();
    const fake = fakeOrchestrator([
      operation(job, { concurrency: 50 }).steps({ start: () => gate.then(() => ({ text: '' })) }),
    ]);
    const fill = (from: string) => {
      let last = fake.deliver({ ...START, operation: `operations/${from}` });
      for (let n = 0; n < 50 + MAX_IN_LINE; n++)
        last = fake.deliver({ ...START, operation: `operations/${from}-${n}` });
      return last;
    };
    const slow = deferred();
    gate = slow.promise;
    expect(fill('slow').putOffMs).toBe(10_000);
    slow.resolve();
    await fake.pool.idle();
    gate = deferred().promise;
    expect(fill('fast').putOffMs).toBe(Math.ceil((MAX_IN_LINE / 2 / (50 + MAX_IN_LINE)) * 1_000));
  });

  it('gives back a signal that has stood in line for 10 s', async () => {
    const gate = deferred();
    const fake = fakeOrchestrator([
      operation(job, { concurrency: 1 }).steps({ start: () => gate.promise.then(() => ({ text: '' })) }),
    ]);
    fake.deliver({ ...START, operation: 'operations/1' });
    const second = fake.deliver({ ...START, operation: 'operations/2' });
    fake.clock.advance(9_000);
    expect(second.putOffMs).toBeUndefined();
    fake.clock.advance(1_000);
    expect(second.putOffMs).toBe(0);
    gate.resolve();
    await fake.pool.idle();
    expect(fake.events).toHaveLength(1);
  });
});
