import { defineOperation, OperationError } from 'lro-orchestrator';
import { operation, serve } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { fakeOrchestrator, struct } from './fake-orchestrator.ts';

// What the compiler refuses in TypeScript has to be refused in JavaScript too: everything here is written without types.
const untyped = (value: unknown) => value as any;
const page = defineOperation('t.v1.RenderPage', { input: v.object({ page: v.string() }) });
const job = defineOperation('t.v1.Job', {
  input: v.object({}),
  notifications: { approval: v.object({}) },
});

async function errorOf(start: (op: any) => unknown): Promise<string> {
  const fake = fakeOrchestrator([operation(job).steps(untyped({ start, end: (op: any) => op.done() }))]);
  const events = await fake.play({ method: 't.v1.Job', input: struct({}) });
  const last: any = events.at(-1);
  return (last?.attemptFailed ?? last?.failed)?.error.message;
}

describe('a step in JavaScript is told', () => {
  it.each<[string, (op: any) => unknown, string]>([
    [
      'that a notification is not defined, before it waits in vain',
      (op) => op.waitFor('approvall', { then: 'end' }),
      'step "start" called op.waitFor(…) with "approvall", which is not a notification of the definition',
    ],
    [
      'the same of several',
      (op) => op.wait({ notifications: ['approval', 'toString'] }, { then: 'end' }),
      'step "start" called op.wait(…) with "toString", which is not a notification of the definition',
    ],
    [
      'that children are an array',
      (op) => op.spawn(page({ page: 'a' }), { then: 'end' }),
      'step "start" called op.spawn(…) with children that are no array',
    ],
    [
      'that notifications are an array',
      (op) => op.wait({ notifications: 'approval' }, { then: 'end' }),
      'step "start" called op.wait(…) with notifications that are no array',
    ],
    [
      'that a count is a number, which would be null in JSON and count as absent',
      (op) => op.spawn([page({ page: 'a' })], { then: 'end', toleratedFailures: 0 / 0 }),
      'toleratedFailures: must be a number, and is NaN',
    ],
    [
      'the same of a share',
      (op) => op.spawn([page({ page: 'a' })], { then: 'end', toleratedFailuresPercent: 1 / 0 }),
      'toleratedFailuresPercent: must be a number, and is Infinity',
    ],
    [
      'the same of a quorum',
      (op) => op.spawn([page({ page: 'a' })], { then: 'end', policy: 'QUORUM_SUCCEEDED', quorum: 0 / 0 }),
      'quorum: must be a number, and is NaN',
    ],
    [
      'that a state needs the options of the operation',
      (op) => {
        op.state = { n: 1 };
        return op.go('end');
      },
      'op.state is set, but the operation has no state: write operation(definition, { state, initial })',
    ],
    [
      'which item of a list is not JSON, also after one that is undefined',
      (op) => op.spawn([page(untyped({ pages: [undefined, 1n] }))], { then: 'end' }),
      'children[0].input.pages[1]: must be JSON, and is a bigint',
    ],
    [
      'that a wait needs a next step, also one without arguments',
      (op) => op.wait(),
      'step "start" called op.wait(…) without "then": name the step that continues',
    ],
    [
      'that a step has a name',
      (op) => op.go(Symbol('end')),
      'step "start" called op.go(…) with "Symbol(end)", which is not a step of this worker',
    ],
    [
      'that a step is no list of steps',
      (op) => op.go(['end']),
      'step "start" called op.go(…) with "end", which is not a step of this worker',
    ],
    [
      'that a notification has a name',
      (op) => op.waitFor(Symbol('approval'), { then: 'end' }),
      'step "start" called op.waitFor(…) with "Symbol(approval)", which is not a notification of the definition',
    ],
    [
      'the same of one that it reads',
      (op) => op.notification(Symbol('approval')),
      'the operation has no notification "Symbol(approval)"',
    ],
    [
      'that a sleep has a duration, such as a setting that is absent',
      (op) => op.sleep(undefined, { then: 'end' }),
      'step "start" called op.sleep(…) without a duration, such as "30s"',
    ],
    [
      'that an effect has a name, without which all of them would have one key',
      (op) => op.key(op.input.id),
      'step "start" called op.key(…) with undefined: give the effect a name',
    ],
    [
      'that it is no generator',
      function* () {
        yield 1;
      },
      'step "start" returned a generator: write the step as a function or an async function, without "*"',
    ],
    [
      'that it has no failure to throw',
      (op) => {
        throw op.failure;
      },
      'step "start" threw undefined: op.failure is set only in a step that a "catch" names',
    ],
  ])('%s', async (_, start, message) => {
    expect(await errorOf(start)).toBe(message);
  });
});

it('a worker names the method of its definition and the field that is no schema', () => {
  const bad = (method: unknown, options?: object) => () =>
    operation(defineOperation(untyped(method), untyped(options))).steps(untyped({ start: () => ({}) }));
  const schema = (field: string) =>
    `${field}: must be a Standard Schema, as valibot, zod and arktype make them`;
  expect(bad('', { input: v.object({}) })).toThrow('method: must be the full name of the API method');
  expect(bad({ input: v.object({}) })).toThrow('method: must be the full name of the API method');
  expect(bad('t.v1.A')).toThrow(schema('t.v1.A: input'));
  expect(bad('t.v1.A', { input: { n: 'number' } })).toThrow(schema('t.v1.A: input'));
  expect(bad('t.v1.A', { input: v.object({}), response: {} })).toThrow(schema('t.v1.A: response'));
  expect(bad('t.v1.A', { input: v.object({}), notifications: { go: true } })).toThrow(
    schema('t.v1.A: notifications.go'),
  );
});

it('workers are an array, and steps are functions', async () => {
  const worker = operation(job).steps({ start: (op) => op.done() });
  await expect(serve(untyped(worker))).rejects.toThrow(
    'the argument must be an array of at least one worker',
  );
  await expect(serve([])).rejects.toThrow('the argument must be an array of at least one worker');
  expect(() => operation(job).steps(untyped({ start: {} }))).toThrow(
    't.v1.Job: the step "start" must be a function',
  );
});

it('an error has a code of google.rpc.Code', () => {
  expect(() => new OperationError(untyped('NOPE'), 'no')).toThrow('"NOPE" is no code of google.rpc.Code');
});
