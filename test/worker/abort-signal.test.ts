/** `op.signal`: what ends a step before its time. */
import { operation, type Worker } from 'lro-orchestrator/worker';
import { describe, expect, it } from 'vitest';
import { until } from '../setup/until.ts';
import { deferred } from './deferred.ts';
import { fakeOrchestrator, resumed } from './fake-orchestrator.ts';
import { job, START } from './job.ts';

describe('op.signal', () => {
  /** A step that ends when it is told to stop. */
  const obedient = operation(job, { steps: { start: { timeout: '5m' } } }).steps({
    start: (op) =>
      new Promise((_, reject) => {
        op.signal.addEventListener('abort', () => reject(new Error(`stopped: ${op.aborted}`)));
      }),
  });

  /** Lets the step `start` time out after a minute, and ends the step after it by `gate`, 5 s later: it has its whole time. */
  async function succeedAfterTimeout(fake: ReturnType<typeof fakeOrchestrator>, gate: { resolve(): void }) {
    fake.deliver(START);
    await new Promise((resolve) => setImmediate(resolve));
    fake.clock.advance(60_000);
    await until('the step after the timeout to begin', () => fake.events.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    fake.clock.advance(5_000);
    await new Promise((resolve) => setImmediate(resolve));
    gate.resolve();
    await fake.pool.idle();
    expect(fake.logged).not.toContain('a step goes on in spite of its signal');
    expect(fake.events).toMatchObject([{ checkpointed: {} }, { succeeded: {} }]);
  }

  it('is aborted by a CANCEL: the operation is cancelled', async () => {
    const fake = fakeOrchestrator([obedient]);
    fake.deliver(START);
    await until('the first heartbeat', () => fake.heartbeats.length > 0);
    await Promise.resolve();
    fake.deliver({ ...START, kind: 'CANCEL' });
    fake.deliver({ ...START, kind: 'CANCEL' });
    await fake.pool.idle();
    expect(fake.events).toMatchObject([{ cancelled: {} }]);
    expect(fake.logged).toEqual(['a step is asked to stop']);
  });

  it.each([
    ['that came before the attempt', true, false],
    ['that overtakes the answer that the attempt is taken', false, true],
  ])('is aborted by a CANCEL %s', async (_, cancelRequested, isSignalled) => {
    const gate = deferred();
    const stopped = operation(job).steps({
      start: (op) => {
        op.signal.throwIfAborted();
        return { text: 'not stopped' };
      },
    });
    const fake = fakeOrchestrator([stopped], {
      calls: { heartbeat: () => gate.promise.then(() => ({ taken: true, cancelRequested })) },
    });
    fake.deliver(START);
    if (isSignalled) expect(fake.deliver({ ...START, kind: 'CANCEL' }).acked).toBe(true);
    gate.resolve();
    await fake.pool.idle();
    expect(fake.events).toMatchObject([{ operation: 'operations/a', cancelled: {} }]);
  });

  describe.each([
    ['before', ['CANCEL', 'TIMEOUT']],
    ['after', ['TIMEOUT', 'CANCEL']],
  ] as const)('aborted by a CANCEL %s the timeout of its step', (_, order) => {
    /** Runs the worker without a lease, so that a failure would be final. */
    async function play(worker: Worker) {
      const fake = fakeOrchestrator([worker]);
      fake.deliver({ ...START, leaseDuration: undefined });
      await new Promise((resolve) => setImmediate(resolve));
      for (const reason of order) {
        if (reason === 'CANCEL') fake.deliver({ ...START, kind: 'CANCEL' });
        else fake.clock.advance(60_000);
      }
      await new Promise((resolve) => setImmediate(resolve));
      fake.clock.advance(5_000);
      await fake.pool.idle();
      return fake.events;
    }
    const limits = { steps: { start: { timeout: '1m' } } } as const;

    it('cancels the operation', async () => {
      const deaf = operation(job, limits).steps({ start: () => new Promise<never>(() => {}) });
      expect(await play(deaf)).toMatchObject([{ cancelled: {} }]);
    });

    it('is aborted in the next step too', async () => {
      const gate = deferred();
      const slow = operation(job, limits).steps({
        start: async (op) => {
          setImmediate(gate.resolve);
          await gate.promise;
          return op.go('next');
        },
        next: (op) => {
          op.signal.throwIfAborted();
          return { text: 'not stopped' };
        },
      });
      expect(await play(slow)).toMatchObject([{ checkpointed: {} }, { cancelled: {} }]);
    });
  });

  it('is not aborted by a CANCEL of another operation', async () => {
    const gate = deferred();
    const fake = fakeOrchestrator([
      operation(job).steps({ start: (op) => gate.promise.then(() => ({ text: `${op.aborted}` })) }),
    ]);
    fake.deliver(START);
    await new Promise((resolve) => setImmediate(resolve));
    fake.deliver({ ...START, operation: 'operations/b', kind: 'CANCEL' });
    gate.resolve();
    await fake.pool.idle();
    expect(fake.events).toMatchObject([{ succeeded: { response: { value: { text: 'undefined' } } } }]);
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
    await succeedAfterTimeout(fake, gate);
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
    await succeedAfterTimeout(fake, gate);
    expect(JSON.stringify(fake.events)).toContain('false');
  });

  it('aborted by a timeout is no reason to go on with the next step when the process ends', async () => {
    const gate = deferred();
    const steps: string[] = [];
    const fake = fakeOrchestrator([
      operation(job, { steps: { start: { timeout: '1m' } } }).steps({
        start: (op) => gate.promise.then(() => op.go('next')),
        next: () => {
          steps.push('next');
          return { text: '' };
        },
      }),
    ]);
    fake.deliver(START);
    await new Promise((resolve) => setImmediate(resolve));
    fake.clock.advance(60_000);
    const stopped = fake.pool.stop(1_000);
    fake.clock.advance(1_000);
    gate.resolve();
    await stopped;
    expect(steps).toEqual([]);
    expect(fake.events).toMatchObject([
      { checkpointed: { resumePoint: 'next' } },
      { attemptFailed: { released: true } },
    ]);
  });

  it('is not aborted by the time limit of the step before', async () => {
    const gate = deferred();
    const fake = fakeOrchestrator([
      operation(job, { steps: { start: { timeout: '1m' } } }).steps({
        start: (op) => op.go('next'),
        next: (op) => gate.promise.then(() => ({ text: `${op.aborted}` })),
      }),
    ]);
    fake.deliver(START);
    await until('the second step to begin', () => fake.events.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    fake.clock.advance(600_000);
    gate.resolve();
    await fake.pool.idle();
    expect(fake.events.at(-1)).toMatchObject({ succeeded: { response: { value: { text: 'undefined' } } } });
  });

  it('is not aborted by a cancel in the step that cleans up after a cancelled wait', async () => {
    let cancelRequested = false;
    const worker = operation(job).steps({
      start: (op) => op.sleep('1h', { then: 'end', catch: 'tidy' }),
      end: () => ({ text: '' }),
      tidy: async (op) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (op.signal.aborted) return { text: 'stopped before it was tidy' };
        throw op.failure;
      },
    });
    const fake = fakeOrchestrator([worker], {
      calls: { heartbeat: async () => ({ taken: true, cancelRequested }) },
    });
    const [begun] = await fake.play(START);
    cancelRequested = true;
    const cancelled = { ...START, ...resumed(begun?.waiting, { cause: 'CANCEL' }) };
    fake.deliver(cancelled);
    fake.deliver({ ...cancelled, kind: 'CANCEL' });
    await fake.pool.idle();
    expect(fake.events).toMatchObject([{ waiting: {} }, { cancelled: {} }]);
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
