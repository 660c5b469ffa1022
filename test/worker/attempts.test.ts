import { defineOperation, externalOperation, OperationError } from 'lro-orchestrator';
import { operation, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { MAX_IN_LINE } from '../../shared/worker/worker-pool.ts';
import { until } from '../setup/until.ts';
import { children, type Event, fakeOrchestrator, resumed, struct } from './fake-orchestrator.ts';

const job = defineOperation('t.v1.Job', {
  input: v.object({ n: v.number() }),
  response: v.object({ text: v.string() }),
  metadata: v.object({ percent: v.number() }),
});
const START = { method: 't.v1.Job', input: struct({ n: 1 }) };

function deferred<T = void>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

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

describe('op.signal', () => {
  /** A step that ends when it is told to stop. */
  const obedient = operation(job, { steps: { start: { timeout: '5m' } } }).steps({
    start: (op) =>
      new Promise((_, reject) => {
        op.signal.addEventListener('abort', () => reject(new Error(`stopped: ${op.aborted}`)));
      }),
  });

  it('is aborted by a CANCEL: the operation is cancelled', async () => {
    const fake = fakeOrchestrator([obedient]);
    fake.deliver(START);
    await until('the first heartbeat', () => fake.heartbeats.length > 0);
    await Promise.resolve();
    fake.deliver({ ...START, kind: 'CANCEL' });
    await fake.pool.idle();
    expect(fake.events).toMatchObject([{ cancelled: {} }]);
  });

  it('is aborted when its renewal finds the lease lost: nothing is published', async () => {
    let taken = true;
    const fake = fakeOrchestrator([obedient], {
      calls: { heartbeat: async () => ({ taken, cancelRequested: false }) },
    });
    fake.deliver(START);
    await until('the attempt to begin', () => fake.pool.capacity === 99);
    await new Promise((resolve) => setImmediate(resolve));
    taken = false;
    fake.clock.advance(20_000);
    await fake.pool.idle();
    expect(fake.events).toEqual([]);
  });

  it('is aborted by a step that takes too long: the attempt fails', async () => {
    const fake = fakeOrchestrator([obedient]);
    fake.deliver(START);
    await new Promise((resolve) => setImmediate(resolve));
    fake.clock.advance(300_000);
    await fake.pool.idle();
    expect(fake.events).toMatchObject([
      { attemptFailed: { error: { code: 4, message: 'step "start" took longer than its timeout' } } },
    ]);
  });

  it('is aborted by the end of the process: the attempt is given back', async () => {
    const fake = fakeOrchestrator([obedient]);
    fake.deliver(START);
    await new Promise((resolve) => setImmediate(resolve));
    const stopped = fake.pool.stop(7_000);
    expect(fake.deliver({ ...START, operation: 'operations/b' }).putOffMs).toBe(0);
    fake.clock.advance(7_000);
    await stopped;
    expect(fake.events).toMatchObject([{ attemptFailed: { released: true } }]);
  });

  it('ends the attempt 5 s later if the step ignores it, and later calls of the step are refused', async () => {
    const gate = deferred();
    let late: unknown;
    const fake = fakeOrchestrator([
      operation(job, { steps: { start: { timeout: '1m' } } }).steps({
        start: async (op) => {
          await gate.promise;
          late = await op.checkpoint().catch((error: unknown) => error);
          return { text: 'too late' };
        },
      }),
    ]);
    fake.deliver(START);
    await new Promise((resolve) => setImmediate(resolve));
    fake.clock.advance(60_000);
    fake.clock.advance(5_000);
    await fake.pool.idle();
    expect(fake.events).toMatchObject([{ attemptFailed: { error: { code: 4 } } }]);
    expect(fake.logged).toContain('a step goes on in spite of its signal');
    gate.resolve();
    await until('the late call to be refused', () => late !== undefined);
    expect(late).toMatchObject({ code: 'ABORTED' });
    expect(fake.events).toHaveLength(1);
  });

  it('does not undo a value that a step returns after a cancel', async () => {
    const gate = deferred();
    const fake = fakeOrchestrator([
      operation(job).steps({ start: () => gate.promise.then(() => ({ text: 'kept' })) }),
    ]);
    fake.deliver(START);
    await new Promise((resolve) => setImmediate(resolve));
    fake.deliver({ ...START, kind: 'CANCEL' });
    gate.resolve();
    await fake.pool.idle();
    expect(fake.events).toMatchObject([{ succeeded: {} }]);
  });

  it('aborted by a timeout does not shorten the time of the catch step', async () => {
    const gate = deferred();
    const fake = fakeOrchestrator([
      operation(job, { catch: 'undo', steps: { start: { timeout: '1m', maxTries: 1 } } }).steps({
        start: (op) =>
          new Promise((_, reject) => {
            op.signal.addEventListener('abort', () => reject(op.signal.reason));
          }),
        undo: () => gate.promise.then(() => ({ text: 'undone' })),
      }),
    ]);
    fake.deliver(START);
    await new Promise((resolve) => setImmediate(resolve));
    fake.clock.advance(60_000);
    await until('the catch step to begin', () => fake.events.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    fake.clock.advance(5_000);
    await new Promise((resolve) => setImmediate(resolve));
    gate.resolve();
    await fake.pool.idle();
    expect(fake.logged).not.toContain('a step goes on in spite of its signal');
    expect(fake.events).toMatchObject([{ checkpointed: {} }, { succeeded: {} }]);
  });

  it('aborted by a timeout is replaced by a new one in the next step, which has its whole time', async () => {
    const gate = deferred();
    const fake = fakeOrchestrator([
      operation(job, { steps: { start: { timeout: '1m' } } }).steps({
        start: (op) =>
          new Promise((resolve) => {
            op.signal.addEventListener('abort', () => resolve(op.go('next')));
          }),
        next: (op) => gate.promise.then(() => ({ text: String(op.signal.aborted) })),
      }),
    ]);
    fake.deliver(START);
    await new Promise((resolve) => setImmediate(resolve));
    fake.clock.advance(60_000);
    await until('the next step to begin', () => fake.events.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    fake.clock.advance(5_000);
    await new Promise((resolve) => setImmediate(resolve));
    gate.resolve();
    await fake.pool.idle();
    expect(fake.logged).not.toContain('a step goes on in spite of its signal');
    expect(fake.events).toMatchObject([{ checkpointed: {} }, { succeeded: {} }]);
    expect(JSON.stringify(fake.events)).toContain('false');
  });

  it('aborted by a cancel is replaced by a new one in the last resort', async () => {
    const fake = fakeOrchestrator([
      operation(job, { catch: 'undo' }).steps({
        start: (op) =>
          new Promise((_, reject) => {
            op.signal.addEventListener('abort', () => reject(op.signal.reason));
          }),
        undo: (op) => {
          if (op.signal.aborted) throw new Error('aborted');
          throw op.failure;
        },
      }),
    ]);
    fake.deliver(START);
    await new Promise((resolve) => setImmediate(resolve));
    fake.deliver({ ...START, kind: 'CANCEL' });
    await fake.pool.idle();
    expect(fake.events).toMatchObject([{ checkpointed: { resumePoint: 'undo' } }, { cancelled: {} }]);
  });
});

describe('the saved work', () => {
  it('has the state of the last checkpoint, without what the step changed before it threw', async () => {
    const fake = fakeOrchestrator([
      operation(job, { state: state(v.object({ at: v.string() })), initial: { at: '' } }).steps({
        start: async (op) => {
          op.state.at = 'saved';
          await op.checkpoint();
          op.state.at = 'forgotten';
          throw new OperationError('UNAVAILABLE', op.state.at);
        },
      }),
    ]);
    const [{ checkpointed }, failed] = (await fake.play(START)) as [Event, Event];
    expect(JSON.parse(Buffer.from(checkpointed.checkpoint, 'base64').toString())).toMatchObject({
      state: { at: 'saved' },
      version: 1,
    });
    expect(checkpointed).not.toHaveProperty('resumePoint');
    expect(failed).toHaveProperty('attemptFailed');
  });

  it('of an earlier version of the state is converted to the present version', async () => {
    const first = state(v.object({ months: v.number() }));
    const second = first.next(v.object({ invoices: v.array(v.string()) })).by((old) => ({
      invoices: Array.from({ length: old.months }, (_, month) => `old-${month}`),
    }));
    const old = fakeOrchestrator([
      operation(job, { state: first, initial: { months: 2 } }).steps({
        start: (op) => op.sleep('30d', { then: 'start' }),
      }),
    ]);
    const [{ waiting }] = (await old.play(START)) as [Event];
    expect(waiting).toMatchObject({ sleep: '2592000s' });
    expect(waiting.timeout).toBeUndefined();
    const fake = fakeOrchestrator([
      operation(job, { state: second, initial: { invoices: [] } }).steps({
        start: (op) => ({ text: op.state.invoices.join() }),
      }),
    ]);
    expect(await fake.play({ ...START, ...resumed(waiting, { cause: 'SLEEP' }) })).toMatchObject([
      { succeeded: { response: struct({ text: 'old-0,old-1' }) } },
    ]);
  });

  it('gives the same effect keys in every try and step, and new names of children in every wait', async () => {
    const keys: string[] = [];
    const loop = operation(job).steps({
      start: (op) => {
        keys.push(op.key('charge'));
        return op.spawn([job({ n: 1 }, { key: 'x' })], { then: 'start' });
      },
    });
    const fake = fakeOrchestrator([loop]);
    const [first] = (await fake.play(START)) as [Event];
    const [again] = (await fake.play({ ...START, attempt: '2' })) as [Event];
    const results = children(first.waiting, [{ text: '' }]);
    const [second] = (await fake.play({
      ...START,
      ...resumed(first.waiting, { attempt: '3', children: results }),
    })) as [Event];
    expect([first, again, second].map(({ waiting }) => waiting.spawn[0].operationId)).toEqual([
      'a.1.x',
      'a.1.x',
      'a.2.x',
    ]);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    // A rerun begins with the checkpoint of the operation that it repeats.
    await fake.play({
      ...START,
      operation: 'operations/a~2',
      ...resumed(first.waiting, { children: results }),
    });
    expect(new Set(keys).size).toBe(1);
  });

  it('gives a child whose name is above 128 characters a hash, and keeps its key', async () => {
    const long = 'k'.repeat(120);
    const fake = fakeOrchestrator([
      operation(job).steps({
        start: (op) => op.spawn([job({ n: 1 }, { key: long })], { then: 'end' }),
        end: async (op) => ({
          text: (await op.children(job).all()).map(({ key, index }) => `${index} ${key}`).join(),
        }),
      }),
    ]);
    const operationName = `operations/${'o'.repeat(60)}`;
    const [{ waiting }] = (await fake.play({ ...START, operation: operationName })) as [Event];
    const [{ operationId, key }] = waiting.spawn;
    expect(operationId).toHaveLength(128);
    expect(operationId).toMatch(/~[0-9a-f]{32}$/);
    expect(key).toBe(`1.${long}`);
    const results = children(waiting, [{ text: '' }]);
    const [event] = await fake.play({
      ...START,
      operation: operationName,
      ...resumed(waiting, { children: results }),
    });
    expect(event).toMatchObject({ succeeded: { response: struct({ text: `0 ${long}` }) } });
  });
});

describe('children of several kinds', () => {
  it('are separated by kind, counted, and read page by page in the order of the wait', async () => {
    const render = defineOperation('t.v1.Render', {
      input: v.object({}),
      response: v.object({ url: v.string() }),
    });
    const google = externalOperation({
      endpoint: 'https://video.googleapis.com',
      response: v.object({ labels: v.number() }),
    });
    const seen: object[] = [];
    const worker = operation(job).steps({
      start: (op) =>
        op.spawn(
          [google('projects/p/operations/1'), render({}), job({ n: 2 }), render({}, { key: 'last' })],
          {
            then: 'end',
            policy: 'ALL_DONE',
          },
        ),
      end: async (op) => {
        seen.push(
          op.children(render).counts,
          await op.children(render).all(),
          await op.children(google).one(),
        );
        return { text: '' };
      },
    });
    const rows = [
      { name: 'operations/a.1.1', key: '1.1', outcome: 'SUCCEEDED', response: struct({ url: 'first' }) },
      { name: 'operations/a.1.2', key: '1.2', outcome: 'SUCCEEDED', response: struct({ text: '' }) },
      { name: 'operations/a.1.last', key: '1.last', outcome: 'FAILED', error: { code: 14, message: 'no' } },
      {
        name: 'projects/p/operations/1',
        key: '',
        outcome: 'SUCCEEDED',
        response: { '@type': 'x.v1.Labels', labels: 3 },
      },
    ];
    const pages: string[] = [];
    const fake = fakeOrchestrator([worker], {
      calls: {
        async children(_, { pageToken = '' }) {
          pages.push(pageToken);
          const from = Number(pageToken || 0);
          const page = rows.slice(from, from + 2) as never;
          return { children: page, ...(from + 2 < rows.length && { nextPageToken: String(from + 2) }) };
        },
      },
    });
    const [{ waiting }] = (await fake.play(START)) as [Event];
    const truncated = { counts: { SUCCEEDED: 3, FAILED: 1 }, first: rows.slice(0, 1), truncated: true };
    await fake.play({ ...START, ...resumed(waiting, { children: truncated }) });
    expect(pages).toEqual(['', '2']);
    expect(seen).toMatchObject([
      { SUCCEEDED: 1, FAILED: 1, PENDING: 0 },
      [
        { index: 1, outcome: 'SUCCEEDED', response: { url: 'first' } },
        { index: 3, key: 'last', outcome: 'FAILED', error: { code: 'UNAVAILABLE', message: 'no' } },
      ],
      { labels: 3 },
    ]);
  });

  it('are each in its place if a step reads them twice at the same time', async () => {
    const texts = ['a', 'b', 'c', 'd', 'e'];
    let read: unknown[] = [];
    const worker = operation(job).steps({
      start: (op) =>
        op.spawn(
          texts.map((_, n) => job({ n })),
          { then: 'end' },
        ),
      end: async (op) => {
        const { responses } = op.children(job);
        read = await Promise.all([responses(), responses()]);
        return { text: '' };
      },
    });
    const pages: string[] = [];
    const fake = fakeOrchestrator([worker], {
      calls: {
        async children(_, { pageToken = '0' }) {
          pages.push(pageToken);
          const to = Number(pageToken) + 2;
          const page = children(
            waiting,
            texts.map((text) => ({ text })),
          ).first.slice(Number(pageToken), to);
          return { children: page as never, ...(to < texts.length && { nextPageToken: String(to) }) };
        },
      },
    });
    const [{ waiting }] = (await fake.play(START)) as [Event];
    const truncated = { counts: { SUCCEEDED: texts.length }, first: [], truncated: true };
    await fake.play({ ...START, ...resumed(waiting, { children: truncated }) });
    const responses = texts.map((text) => ({ text }));
    expect(read).toEqual([responses, responses]);
    expect(pages).toEqual(['0', '2', '4']);
  });

  it('fail the attempt if a response does not fit its schema, with the name of the child', async () => {
    const worker = operation(job).steps({
      start: (op) => op.spawn([job({ n: 1 })], { then: 'end' }),
      end: async (op) => op.children(job).one(),
    });
    const fake = fakeOrchestrator([worker]);
    const [{ waiting }] = (await fake.play(START)) as [Event];
    const results = children(waiting, [{ text: 3 }]);
    expect(await fake.play({ ...START, ...resumed(waiting, { children: results }) })).toMatchObject([
      {
        attemptFailed: {
          error: { code: 15, message: expect.stringContaining('response of operations/a.1.0.text') },
        },
      },
    ]);
  });
});

describe('op.progress', () => {
  it('sends the first at once, one a second, and the last always, before the operation ends', async () => {
    const gate = deferred();
    const fake = fakeOrchestrator([
      operation(job).steps({
        start: async (op) => {
          for (let percent = 0; percent <= 50; percent++) op.progress({ percent });
          await gate.promise;
          op.progress({ percent: 99 });
          return { text: '' };
        },
      }),
    ]);
    fake.deliver(START);
    await until('the first progress', () => fake.events.length === 1);
    fake.clock.advance(1_000);
    await until('the second progress', () => fake.events.length === 2);
    gate.resolve();
    await fake.pool.idle();
    expect(fake.events.map(({ progressed }) => progressed?.metadata.value.percent)).toEqual([
      0,
      50,
      99,
      undefined,
    ]);
    expect(fake.events.at(-1)).toHaveProperty('succeeded');
  });
});
