/** Operations without a lease: what the worker learns of a cancel, whichever process gets the CANCEL signal, and when. */
import { createOperations, defineOperation } from 'lro-orchestrator';
import { operation, serve, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { afterEach, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { HttpApi } from '../../shared/client/http-api.ts';
import { HttpOperationCalls } from '../../shared/worker/http-operation-calls.ts';
import type { Heartbeat } from '../../shared/worker/operation-calls.ts';
import { until } from '../setup/until.ts';
import { deferred } from './deferred.ts';
import { fakeOrchestrator } from './fake-orchestrator.ts';
import { job, START } from './job.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const UNLEASED = { ...START, leaseDuration: undefined };
const GOES_ON: Heartbeat = { taken: true, cancelRequested: false };

/** A worker whose steps end when they are told to stop, and whose orchestrator gives `answers` by operation. */
function worker(answers: Record<string, Heartbeat | Error>, concurrency = 100) {
  const begun: string[] = [];
  const gate = deferred();
  const obedient = operation(job, { concurrency }).steps({
    start: async (op) => {
      begun.push(op.name);
      const stopped = new Promise((_, reject) => {
        op.signal.addEventListener('abort', () => reject(op.signal.reason));
      });
      op.signal.throwIfAborted();
      await Promise.race([gate.promise, stopped]);
      return { text: '' };
    },
  });
  const look = async (name: string) => {
    const answer = answers[name] ?? GOES_ON;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { ...fakeOrchestrator([obedient], { calls: { look } }), begun, gate };
}

it.each(['START', 'RESUME'])(
  'a CANCEL that comes while the %s of its operation waits in line ends the operation',
  async (kind) => {
    const answers: Record<string, Heartbeat> = {};
    const { deliver, pool, events, begun, gate } = worker(answers, 1);
    deliver({ ...UNLEASED, operation: 'operations/first' });
    await until('the first step', () => begun.length === 1);
    const waiting = { ...UNLEASED, operation: 'operations/second', kind };
    const signal = deliver(waiting);
    answers['operations/second'] = { taken: true, cancelRequested: true };
    expect(deliver({ ...waiting, kind: 'CANCEL' }).acked).toBe(true);
    gate.resolve();
    await pool.idle();
    expect(events).toMatchObject([
      { operation: 'operations/first', succeeded: {} },
      { operation: 'operations/second', cancelled: {} },
    ]);
    expect(signal.acked).toBe(true);
  },
);

it('a step learns within 20 s of a CANCEL that another process got', async () => {
  const answers: Record<string, Heartbeat> = {};
  const { deliver, pool, events, begun, clock } = worker(answers);
  deliver(UNLEASED);
  await until('the step', () => begun.length === 1);
  answers['operations/a'] = { taken: true, cancelRequested: true };
  clock.advance(20_000);
  await until('the operation to be cancelled', () => events.length > 0);
  await pool.idle();
  expect(events).toMatchObject([{ cancelled: {} }]);
});

it('a signal of an attempt that has ended is dropped', async () => {
  const { deliver, pool, events, begun } = worker({
    'operations/a': { taken: false, cancelRequested: false },
  });
  const message = deliver(UNLEASED);
  await pool.idle();
  expect(message.acked).toBe(true);
  expect({ begun, events }).toEqual({ begun: [], events: [] });
});

it('a step runs as well if the orchestrator does not answer', async () => {
  const { deliver, pool, events, gate } = worker({ 'operations/a': new Error('no answer') });
  deliver(UNLEASED);
  gate.resolve();
  await pool.idle();
  expect(events).toMatchObject([{ succeeded: {} }]);
});

let system: LocalSystem | undefined;
afterEach(() => system?.stop());

it('the orchestrator says that a cancel was requested, and leaves the attempt to whoever gets its signal', async () => {
  system = await startEmbeddedSystem({ push: true });
  const api = new HttpApi({ url: system.url });
  const lro = createOperations({ url: system.url });
  const calls = new HttpOperationCalls(api, 'w1', async () => {});
  const other = new HttpOperationCalls(api, 'w2', async () => {});
  await api.call(
    'POST',
    '/v1/operations',
    { operationId: 'plain', method: 't.v1.Job' },
    { idempotent: true },
  );
  await calls.apply({ operation: 'operations/plain', eventId: 'e1', waiting: { notifications: ['go'] } });
  await lro.notify('plain', 'go', {});
  await until('the RESUME', async () => (await calls.look('operations/plain', 2)).taken);
  expect(await calls.look('operations/plain', 2)).toEqual(GOES_ON);
  expect(await other.look('operations/plain', 2)).toEqual(GOES_ON);
  await lro.cancel('plain');
  expect(await other.look('operations/plain', 2)).toEqual({ taken: true, cancelRequested: true });
  await calls.apply({ operation: 'operations/plain', eventId: 'e2', attempt: 2, cancelled: {} });
  expect(await other.look('operations/plain', 2)).toEqual({ taken: false, cancelRequested: false });
});

it('an attempt whose signal is delivered again goes on where the process before it stopped', async () => {
  system = await startEmbeddedSystem({ push: true });
  const { url } = system;
  const begun: string[] = [];
  const counted = defineOperation('t.v1.Counted', { input: v.object({}) });
  const stopped = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const worker = (name: string, goesOn: boolean) =>
    operation(counted, { state: state(v.object({ n: v.number() })), initial: { n: 0 } }).steps({
      start: (op) => op.done(),
      first: (op) => {
        begun.push(`${name} first ${op.state.n}`);
        op.state.n = 1;
        return op.go('second');
      },
      second: async (op) => {
        begun.push(`${name} second ${op.state.n}`);
        if (goesOn) return op.done();
        op.state.n = 2;
        await op.checkpoint();
        begun.push('saved');
        return stopped(op.signal);
      },
    });
  const options = { url, handleSignals: false, graceTime: '1ms', log: SILENT } as const;
  const before = await serve([worker('before', false)], options);
  const api = new HttpApi({ url });
  const calls = new HttpOperationCalls(api, 'w1', async () => {});
  const created = { operationId: 'counted', method: 't.v1.Counted' };
  await api.call('POST', '/v1/operations', created, { idempotent: true });
  const waiting = { notifications: ['go'], resumePoint: 'first' };
  await calls.apply({ operation: 'operations/counted', eventId: 'e1', waiting });
  await createOperations({ url }).notify('counted', 'go', {});
  await until('the second step to save its state', () => begun.includes('saved'));
  await before.stop();
  const after = await serve([worker('after', true)], options);
  await until('the operation to end', () => calls.isOver('operations/counted'));
  await after.stop();
  expect(begun).toEqual(['before first 0', 'before second 1', 'saved', 'after second 2']);
});
