/** An option may be given as undefined, for example from a variable of the environment that is not set: it counts as absent. */
import { createOperations, type Duration, defineOperation, OperationError } from 'lro-orchestrator';
import { explore, testSystem } from 'lro-orchestrator/testing';
import { handler, operation, serve } from 'lro-orchestrator/worker';
import * as v from 'valibot';

declare const text: string | undefined;
declare const count: number | undefined;
declare const duration: Duration | undefined;
declare const signal: AbortSignal | undefined;
declare const yes: boolean | undefined;

const dispatch = { lease: duration, maxTries: count, backoffMultiplier: count };
const page = defineOperation('example.v1.Pages.Render', {
  ...{ input: v.object({}), dispatch, timeout: duration, ttl: duration, labels: undefined },
});
const worker = operation(page, { concurrency: count, steps: { start: { maxTries: count, timeout: duration } } }).steps({
  start: (op) =>
    op.spawn([page({}, { key: text, dispatch })], {
      ...{ then: 'done', catch: undefined, timeout: duration, toleratedFailures: count, cancelRest: yes },
    }),
  done: (op) => {
    if (count) return op.wait({ children: undefined, notifications: undefined, sleep: duration }, { then: 'done' });
    if (yes) throw new OperationError('UNKNOWN', '', { retry: duration, details: undefined });
    return op.done();
  },
});

const lro = createOperations({ url: text, fetch: undefined, authorization: undefined, onRetry: undefined });
const creation = { operationId: text, requestId: text, timeout: duration, dispatch: undefined };
const handle = await lro.create(page, {}, creation);
await handle.result({ timeout: duration, signal });
await handle.rerun({ from: undefined, failedChildrenOnly: yes, operationId: text, requestId: text });
for await (const child of handle.children({ waitId: text, outcome: text })) child.name;
for await (const one of lro.list({ filter: text, pageSize: count })) one.name;
for await (const one of lro.watch({ name: text, filter: text, lastEventId: text, signal })) one.id;
await lro.bulk('cancel', { filter: 'done=false', requestId: text, validateOnly: yes });
await lro.notify(handle.name, 'n', {}, { requestId: text });
await serve([worker], { subscription: text, url: text, concurrency: count, connectTimeout: duration, signal });
handler([worker], { serviceAccount: 'a@b.c', url: text, concurrency: count });
const system = await testSystem({ operations: [worker], log: undefined });
await system.run(page, {}, creation);
await system.create(page, {}, creation);
system.failNext(page, { step: text, times: count });
await explore(page, {}, { operations: [worker], effects: undefined, faults: count, runs: count, seed: count });
