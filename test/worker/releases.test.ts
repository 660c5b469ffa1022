/** Two releases of a worker service on one subscription: whatever one does not know is left to the other, and nothing fails. */
import { createOperations, defineOperation, type Operations } from 'lro-orchestrator';
import { operation, type Serving, serve, state, type Worker } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';

const order = defineOperation('t.v1.Ship', {
  input: v.object({ parcel: v.string() }),
  response: v.object({ by: v.string() }),
  notifications: { paid: v.object({}) },
});
const method = defineOperation('t.v1.Return', { input: v.object({}), response: v.object({}) });

const first = state(v.object({ begun: v.string() }));
const second = first
  .next(v.object({ begun: v.string(), weight: v.number() }))
  .by((old) => ({ ...old, weight: 1 }));

const oldRelease = [
  operation(order, { state: first, initial: { begun: '' } }).steps({
    start: (op) => {
      op.state.begun = 'old';
      return op.waitFor('paid', { then: 'ship' });
    },
    ship: (op) => ({ by: `${op.state.begun}, old` }),
  }),
];
/** Its state has a field more, its wait ends at another step, and it has another method. The old step stays. */
const newRelease = [
  operation(order, { state: second, initial: { begun: '', weight: 0 } }).steps({
    start: (op) => {
      op.state = { begun: 'new', weight: 2 };
      return op.waitFor('paid', { then: 'weigh' });
    },
    ship: (op) => op.go('weigh'),
    weigh: (op) => ({ by: `${op.state.begun}, new, ${op.state.weight} kg` }),
  }),
  operation(method).steps({ start: () => ({}) }),
];

let system: LocalSystem;
let lro: Operations;
const serving: Serving[] = [];
const warnings: string[] = [];
beforeEach(async () => {
  system = await startEmbeddedSystem({ push: true });
  lro = createOperations({ url: system.url });
  warnings.length = 0;
});
afterEach(async () => {
  await Promise.all(serving.splice(0).map((one) => one.stop()));
  await system.stop();
});

async function released(workers: readonly Worker[]): Promise<Serving> {
  const log = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message), error() {} };
  const started = await serve(workers, { url: system.url, handleSignals: false, log });
  serving.push(started);
  return started;
}
async function begun(id: string) {
  const handle = await lro.create(order, { parcel: id }, { operationId: id });
  await until('the wait', async () => (await inspected(handle.name)).state === 'WAITING');
  return handle;
}
async function inspected(name: string): Promise<{ state: string; history: { type: string }[] }> {
  return (await fetch(`${system.url}/v1/${name}:inspect`)).json() as never;
}

it('the new release continues operations that the old release began', async () => {
  const old = await released(oldRelease);
  const handle = await begun('one');
  await released(newRelease);
  await old.stop();
  await handle.notify('paid', {});
  expect(await handle.result({ timeout: '30s' })).toEqual({ by: 'old, new, 1 kg' });
});

it('the old one leaves what the new one began, until a new one is back', async () => {
  const rolledOut = await released(newRelease);
  const handle = await begun('two');
  await rolledOut.stop();
  await released(oldRelease);
  await handle.notify('paid', {});
  const returned = await lro.create(method, {});
  await until('both signals to be left', () => warnings.length === 2);
  expect(warnings.toSorted()).toEqual([
    'a signal is left to another worker: the state has version 2, this worker knows 1',
    'a signal is left to another worker: this worker has no method t.v1.Return',
  ]);
  expect((await returned.explain()).sentence).toMatch(
    /waits for a worker of .+ to take the START of attempt 1/,
  );
  await released(newRelease);
  expect(await handle.result({ timeout: '30s' })).toEqual({ by: 'new, new, 2 kg' });
  expect(await returned.result({ timeout: '30s' })).toEqual({});
  const { history } = await inspected(handle.name);
  expect(history.filter(({ type }) => /failed/i.test(type))).toEqual([]);
});

it('two releases at once fail no operation that either of them begins', async () => {
  await released(oldRelease);
  await released(newRelease);
  const handles = await Promise.all(Array.from({ length: 20 }, (_, index) => begun(`both-${index}`)));
  await Promise.all(handles.map((handle) => handle.notify('paid', {})));
  const results = await Promise.all(handles.map((handle) => handle.result({ timeout: '45s' })));
  expect(results.every(({ by }) => /^(old, old|old, new, 1 kg|new, new, 2 kg)$/.test(by))).toBe(true);
});
