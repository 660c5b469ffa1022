/** What outlives a step: its state, its progress, and the keys of its effects. */
import { OperationError } from 'lro-orchestrator';
import { operation, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { until } from '../setup/until.ts';
import { deferred } from './deferred.ts';
import { children, type Event, fakeOrchestrator, resumed, struct } from './fake-orchestrator.ts';
import { job, START } from './job.ts';

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
