import { defineOperation } from 'lro-orchestrator';
import { testSystem } from 'lro-orchestrator/testing';
import { type Op, operation, type Transition } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';

const spec = { input: v.object({}), notifications: { done: v.object({}) } };
const part = defineOperation('t.v1.Part', spec);
const job = defineOperation('t.v1.Job', spec);
const partWorker = operation(part).steps({
  start: (op) => op.waitFor('done', { then: 'end' }),
  end: (op) => op.done(),
});

type Step = 'start' | 'after' | 'stopped' | 'later' | 'undo';
type JobOp = Op<object, undefined, Step, unknown, typeof spec.notifications>;
type Next = { then: Step; catch?: Step };

/** The steps that run after a cancel, each with its failure, and the code of the operation's error. */
async function cancelled(
  wait: (op: JobOp, next: Next) => Transition<Step>,
  next: Next,
  stopped?: (op: JobOp) => Transition<Step>,
): Promise<readonly string[]> {
  const seen: string[] = [];
  const fails = (op: JobOp, step: Step) => {
    seen.push(`${step} ${op.failure?.reason}`);
    if (step === 'stopped' && stopped) return stopped(op);
    throw op.failure;
  };
  const worker = operation(job, { catch: 'undo' }).steps<Step>({
    start: (op) => wait(op, next),
    after: (op) => {
      seen.push('after');
      return op.done();
    },
    stopped: (op) => fails(op, 'stopped'),
    later: (op) => fails(op, 'later'),
    undo: (op) => fails(op, 'undo'),
  });
  const lro = await testSystem({ operations: [worker, partWorker] });
  try {
    const handle = await lro.create(job, {});
    await lro.settle();
    await handle.cancel();
    const code = await handle.result().then(
      () => 'OK',
      (error) => error.code,
    );
    return [...seen, code];
  } finally {
    await lro.stop();
  }
}

const WAITS = {
  children: (op: JobOp, next: Next) => op.spawn([part({})], next),
  'a notification': (op: JobOp, next: Next) => op.waitFor('done', next),
  'a time': (op: JobOp, next: Next) => op.sleep('1h', next),
};

describe.each(Object.entries(WAITS))('a cancel that ends a wait for %s', (_, wait) => {
  it('runs the catch step of the operation, and not `then`', async () => {
    expect(await cancelled(wait, { then: 'after' })).toEqual(['undo CANCEL', 'CANCELLED']);
  });

  it('runs the catch step of the wait, and that of the operation if it throws', async () => {
    const seen = await cancelled(wait, { then: 'after', catch: 'stopped' });
    expect(seen).toEqual(['stopped CANCEL', 'undo CANCEL', 'CANCELLED']);
  });

  it('leaves later waits their own ends', async () => {
    const next = { then: 'after', catch: 'stopped' } as const;
    const slept = await cancelled(wait, next, (op) => op.sleep('1m', { then: 'later' }));
    expect(slept).toEqual(['stopped CANCEL', 'later CANCEL', 'undo CANCEL', 'CANCELLED']);
    const missed = await cancelled(wait, next, (op) => op.waitFor('done', { then: 'after', timeout: '1m' }));
    expect(missed).toEqual(['stopped CANCEL', 'undo DEADLINE', 'DEADLINE_EXCEEDED']);
  });
});
