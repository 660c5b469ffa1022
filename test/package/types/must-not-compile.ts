// Each `@ts-expect-error` must be an error, and nothing else may be one.
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { createOperations, defineOperation, OperationError } from 'lro-orchestrator';
import { type ChildResult, operation, state } from 'lro-orchestrator/worker';
import { renderPage, report } from './fan-out.ts';
import { purchase } from './approval.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <_T extends true>() => {};

operation(report).steps({
  // @ts-expect-error a wrong `then`
  start: (op) => op.spawn([renderPage({ page: 'a' })], { then: 'colect' }),
  collect: () => ({ pages: [] }),
});
operation(report).steps({
  // @ts-expect-error a wrong `catch`
  start: (op) => op.spawn([renderPage({ page: 'a' })], { then: 'collect', catch: 'nowhere' }),
  collect: () => ({ pages: [] }),
});
operation(report).steps({
  start: (op) => {
    // @ts-expect-error a wrong child input
    return op.spawn([renderPage({ pge: 'a' })], { then: 'collect' });
  },
  collect: async (op) => {
    const children = await op.children(renderPage).all();
    is<Equal<typeof children, readonly ChildResult<{ url: string }>[]>>();
    // @ts-expect-error a response before the outcome was looked at
    children[0]?.response;
    // @ts-expect-error a child result that is not there
    return { pages: children.flatMap((child) => (child.outcome === 'SUCCEEDED' ? [child.response.uri] : [])) };
  },
});
operation(report).steps({
  // @ts-expect-error a child result of the wrong type
  start: async (op) => ({ pages: (await op.children(renderPage).responses()).map(({ url }) => url.length) }),
});
// @ts-expect-error a transition that is not returned
operation(report).steps({ start: (op) => { op.spawn([], { then: 'start' }); } });
// @ts-expect-error the same, async
operation(report).steps({ start: async (op) => { op.sleep('1m', { then: 'start' }); } });
// @ts-expect-error a step that does nothing
operation(report).steps({ start: async () => undefined });
// @ts-expect-error no start
operation(report).steps({ begin: () => ({ pages: [] }) });
// @ts-expect-error a response that lacks a field
operation(report).steps({ start: () => ({}) });
// @ts-expect-error a definition, not a reference, says which children are meant
operation(report).steps({ start: async (op) => ({ pages: [(await op.children(renderPage({ page: 'a' })).one()).url] }) });
// @ts-expect-error a sleep needs a step to go on at
operation(report).steps({ start: (op) => op.sleep('3d') });
// @ts-expect-error no such duration
operation(report).steps({ start: (op) => op.sleep('3 days', { then: 'start' }) });
operation(report).steps({
  // @ts-expect-error tolerance belongs to ALL_SUCCEEDED
  start: (op) => op.spawn([], { then: 'start', policy: 'ANY_DONE', toleratedFailures: 1 }),
});
// @ts-expect-error a quorum needs its number
operation(report).steps({ start: (op) => op.spawn([], { then: 'start', policy: 'QUORUM_SUCCEEDED' }) });
// @ts-expect-error a notification that is not defined
operation(report).steps({ start: (op) => op.waitFor('approval', { then: 'start' }) });
operation(purchase).steps({
  start: (op) => op.waitFor('approval', { then: 'start' }),
  then: (op) => {
    const approval = op.notification('approval');
    is<Equal<typeof approval, { by: string; ok: boolean } | undefined>>();
    // @ts-expect-error may be absent
    return { approvedBy: approval.by };
  },
});
// @ts-expect-error no such code
new OperationError('NOT_GOOD', '');

const lro = createOperations();
const handle = await lro.create(purchase, { amount: 1, approver: 'a' });
is<Equal<Awaited<ReturnType<typeof handle.result>>, { approvedBy: string }>>();
await handle.notify('approval', { by: 'a', ok: true });
// @ts-expect-error a payload that is wrong
await handle.notify('approval', { by: 'a' });
// @ts-expect-error an input that is wrong
await lro.create(purchase, { amount: '1', approver: 'a' });

// Without a response there is `done()`; a value is a mistake.
const purge = defineOperation('p', { input: z.object({ before: z.coerce.date() }), metadata: z.object({ percent: z.number() }) });
operation(purge).steps({ start: async (op) => {
  is<Equal<typeof op.input, { before: Date }>>();
  op.progress({ percent: 3 });
  // @ts-expect-error metadata that is wrong
  op.progress({ percentage: 3 });
  return op.done();
} });
const purging = (await lro.create(purge, { before: '2026-01-01' })).get();
is<Equal<Awaited<typeof purging>['metadata'], { percent?: number }>>();
// @ts-expect-error metadata that is not defined
(await purging).metadata.percentage;
for await (const { operation } of lro.open(purge, 'operations/p').watch()) is<Equal<typeof operation.metadata.percent, number | undefined>>();
// @ts-expect-error no response was defined
operation(purge).steps({ start: () => ({ rows: 3 }) });

// arktype; state, migration
const ark = defineOperation('a', { input: type({ n: 'number' }), response: type({ twice: 'number' }) });
const counter = state(v.object({ n: v.number() })).next(type({ count: 'number' })).by(({ n }) => ({ count: n }));
operation(ark, { state: counter, initial: { count: 0 }, catch: 'give', concurrency: 3, steps: { give: { maxTries: 2 } } }).steps({
  start: (op) => { op.state.count += op.input.n; return op.go('give'); },
  give: (op) => ({ twice: op.state.count * 2 }),
});
// @ts-expect-error a migration that gives the old form
state(v.object({ n: v.number() })).next(type({ count: 'number' })).by((old) => old);
// @ts-expect-error a Date does not survive JSON
state(z.object({ at: z.coerce.date().transform((date) => ({ date })) }));
// @ts-expect-error state without a first value
operation(ark, { state: counter }).steps({ start: (op) => ({ twice: op.state.count }) });
// @ts-expect-error a first value of the old form
operation(ark, { state: counter, initial: { n: 1 } }).steps({ start: (op) => ({ twice: op.state.count }) });
// @ts-expect-error a catch that is no step
operation(ark, { catch: 'undo' }).steps({ start: () => ({ twice: 2 }) });
// @ts-expect-error options of a step that is not there
operation(ark, { steps: { undo: { maxTries: 1 } } }).steps({ start: () => ({ twice: 2 }) });
// @ts-expect-error go to nowhere
operation(ark).steps({ start: (op) => op.go('nowhere') });

// literals of a response and of a state stay literals, sync and async
const light = defineOperation('l', { input: v.object({}), response: v.object({ colour: v.picklist(['red', 'green']) }) });
operation(light).steps({ start: () => ({ colour: 'red' }) });
operation(light).steps({ start: async (op) => (op.try > 1 ? op.go('next') : { colour: 'red' }), next: async () => ({ colour: 'green' }) });
// @ts-expect-error a colour that is none
operation(light).steps({ start: async () => ({ colour: 'blue' }) });
// @ts-expect-error a response that is no JSON
defineOperation('d', { input: v.object({}), response: v.object({ at: v.date() }) });
// @ts-expect-error a bigint is no JSON
defineOperation('d', { input: v.object({ n: v.bigint() }) });
// @ts-expect-error a response is an object, as a Struct is
defineOperation('d', { input: v.object({}), response: v.array(v.string()) });
// @ts-expect-error the same
defineOperation('d', { input: v.object({}), response: v.string() });
interface Row { readonly id: string; readonly tags?: readonly string[] }
defineOperation('d', { input: v.object({ row: v.custom<Row>(() => true) }) });   // an interface is JSON
// a step by method shorthand, a step that ends in one of several ways, an operation that spawns itself
const tree = defineOperation('t', { input: z.object({ depth: z.number() }), response: z.object({ leaves: z.number() }) });
operation(tree).steps({
  start({ input, spawn }) { return input.depth === 0 ? { leaves: 1 } : spawn([tree({ depth: input.depth - 1 }), tree({ depth: input.depth - 1 })], { then: 'sum' }); },
  async sum(op) { return { leaves: (await op.children(tree).responses()).reduce((sum, { leaves }) => sum + leaves, 0) }; },
});
