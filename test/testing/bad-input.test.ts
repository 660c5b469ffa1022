/** What a step gives that cannot be: the error of the operation names the field, and the rule or what to write instead. */
import { defineOperation, type Operations } from 'lro-orchestrator';
import { testSystem } from 'lro-orchestrator/testing';
import { operation, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { expect, it } from 'vitest';

const page = defineOperation('t.v1.Page', {
  input: v.object({ page: v.pipe(v.string(), v.minLength(1)) }),
  response: v.object({ url: v.string() }),
});
const other = defineOperation('t.v1.Other', { input: v.object({}), response: v.object({}) });
const job = defineOperation('t.v1.Job', {
  input: v.object({ n: v.optional(v.number()) }),
  response: v.object({ at: v.any() }),
  metadata: v.object({ at: v.any() }),
  dispatch: { maxTries: 1 },
});
const end = { then: 'end' } as const;
const child = () => page({ page: 'a' }, { key: 'k' });
const circle: Record<string, unknown> = {};
circle.again = circle;

/** The types refuse most of these: code in JavaScript, or behind a cast, gets here. */
type Start = (op: any) => unknown;

const CASES: readonly [string, Start, string, string | RegExp][] = [
  [
    'a child with an input that its schema refuses',
    (op) => op.spawn([child(), page({ page: '' })], end),
    'INVALID_ARGUMENT',
    /^children\[1\]\.input\.page: /,
  ],
  [
    'something that is no child',
    (op) => op.spawn(['page'], end),
    'INVALID_ARGUMENT',
    /^children\[0\]: must be a child, as renderPage/,
  ],
  [
    'children that are too large for a message',
    (op) =>
      op.spawn(
        Array.from({ length: 12 }, () => page({ page: 'x'.repeat(1_000_000) })),
        end,
      ),
    'INVALID_ARGUMENT',
    /^waiting\.spawn: has 120\d+ bytes with all around it, and may have 9500000$/,
  ],
  [
    'a child that is too large',
    (op) => op.spawn([page({ page: 'x'.repeat(2_000_000) })], end),
    'INVALID_ARGUMENT',
    /waiting\.spawn\[0\]\.input: must be at most 1048576 bytes/,
  ],
  [
    'more children than a wait takes',
    (op) =>
      op.spawn(
        Array.from({ length: 10_001 }, () => page({ page: 'x' })),
        end,
      ),
    'INVALID_ARGUMENT',
    /waiting\.spawn: must be at most 10000 children, and is 10001/,
  ],
  [
    'a wait for itself',
    (op) => op.wait({ children: [job.existing(op.name)] }, end),
    'FAILED_PRECONDITION',
    /would make a cycle/,
  ],
  [
    'the name of a step that the worker does not have',
    (op) => op.spawn([child()], { then: 'nowhere' }),
    'INTERNAL',
    /with "nowhere", which is not a step of this worker/,
  ],
  [
    'a policy and tolerated failures that do not go together',
    (op) => op.spawn([child()], { ...end, policy: 'ALL_DONE', toleratedFailures: 1 }),
    'INVALID_ARGUMENT',
    /toleratedFailures: must be given only with the policy ALL_SUCCEEDED/,
  ],
  [
    'a poll frequency that is too short',
    (op) => op.spawn([child()], { ...end, pollFrequency: '10ms' }),
    'INVALID_ARGUMENT',
    /pollFrequency: must be from 1s/,
  ],
  [
    'a duration in words',
    (op) => op.sleep('5 minutes', end),
    'INVALID_ARGUMENT',
    /^sleep: must be a number and one of ms, s, m, h, d/,
  ],
  [
    'a longer sleep than a year',
    (op) => op.sleep('400d', end),
    'INVALID_ARGUMENT',
    /waiting\.sleep: must be/,
  ],
  [
    'a Date in a response',
    () => ({ at: new Date(0) }),
    'INTERNAL',
    'response of step "start".at: must be JSON, and is a Date',
  ],
  [
    'a Promise in a response',
    () => ({ at: Promise.resolve(1) }),
    'INTERNAL',
    'response of step "start".at: must be JSON, and is a Promise: await it',
  ],
  [
    'a bigint in a response',
    () => ({ at: 1n }),
    'INTERNAL',
    'response of step "start".at: must be JSON, and is a bigint',
  ],
  [
    'a number that JSON has not',
    () => ({ at: [1, Number.NaN] }),
    'INTERNAL',
    'response of step "start".at[1]: must be JSON, and is NaN',
  ],
  [
    'a circle in a response',
    () => ({ at: circle }),
    'INTERNAL',
    /^response of step "start"\.at\.again.{1,80}: is nested deeper than 90 levels, or contains itself$/,
  ],
  [
    'a bigint in the state',
    (op) => {
      op.state.at = 1n;
      return op.sleep('1s', end);
    },
    'INTERNAL',
    'state.at: must be JSON, and is a bigint',
  ],
  [
    'a Date in the state of a checkpoint',
    async (op) => {
      op.state.at = new Date(0);
      await op.checkpoint();
    },
    'INTERNAL',
    'state.at: must be JSON, and is a Date',
  ],
  [
    'a response that is no object',
    () => [1],
    'INTERNAL',
    'response of step "start": must be a JSON object, and is an array',
  ],
  [
    'a Map in the metadata',
    (op) => op.progress({ at: new Map() }),
    'INTERNAL',
    'progress.at: must be JSON, and is a Map',
  ],
];

async function errorOf(start: Start, before: (lro: Operations) => Promise<unknown> = async () => {}) {
  const worker = operation(job, { state: state(v.object({ at: v.any() })), initial: { at: 0 } }).steps({
    start: start as never,
    end: () => ({ at: 1 }),
  });
  const pages = operation(page).steps({ start: () => ({ url: '' }) });
  const others = operation(other).steps({ start: () => ({}) });
  const lro = await testSystem({ operations: [worker, pages, others] });
  try {
    await before(lro.operations);
    return await lro.run(job, {}, { operationId: 'bad' }).catch((error: unknown) => error);
  } finally {
    await lro.stop();
  }
}

it.each(CASES)('%s', async (_what, start, code, message) => {
  const error = await errorOf(start);
  expect(error).toMatchObject({ code });
  expect((error as Error).message).toMatch(message);
});

it('a child that exists with another method, or with another input', async () => {
  const refusal = {
    code: 'ALREADY_EXISTS',
    message: "The wait can't create its children: operations/bad.1.k is another operation.",
  };
  const start: Start = (op) => op.spawn([child()], end);
  const options = { operationId: 'bad.1.k' };
  expect(await errorOf(start, (lro) => lro.create(other, {}, options))).toMatchObject(refusal);
  expect(await errorOf(start, (lro) => lro.create(page, { page: 'b' }, options))).toMatchObject(refusal);
});
