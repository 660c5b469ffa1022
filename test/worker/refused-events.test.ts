/** What the orchestrator does not take: the step or the log is told of it, payloads with field and rule. */
import { defineOperation } from 'lro-orchestrator';
import { operation, state } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { ApiError } from '../../shared/client/api-error.ts';
import type { LifecycleEvent } from '../../shared/worker/operation-calls.ts';
import { fakeOrchestrator, struct } from './fake-orchestrator.ts';

const METHOD = 't.v1.Large';
const large = defineOperation(METHOD, { input: v.object({}), metadata: v.object({ n: v.number() }) });
const RULE = 'must be at most 1048576 bytes, and is 1048577';

/** An orchestrator that refuses one kind of event. */
function refusing(kind: 'checkpointed' | 'progressed', start: (op: any) => unknown) {
  const options = { state: state(v.object({ n: v.number() })), initial: { n: 0 } };
  const worker = operation(large, options).steps({ start: start as never });
  const applied: LifecycleEvent[] = [];
  const apply = async (event: LifecycleEvent) => {
    const fieldViolations = [{ field: `${kind}.payload`, description: RULE }];
    const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations }];
    if (event[kind]) throw new ApiError('INVALID_ARGUMENT', 'refused', details);
    applied.push(event);
    return true;
  };
  return { applied, fake: fakeOrchestrator([worker], { calls: { apply } }) };
}

it('a checkpoint that is refused ends the operation with the field and the rule, and is not tried again', async () => {
  const { applied, fake } = refusing('checkpointed', async (op) => {
    await op.checkpoint();
    return op.done();
  });
  await fake.play({ method: METHOD, input: struct({}) });
  const error = { code: 3, message: `checkpointed.payload: ${RULE}` };
  expect(applied).toMatchObject([{ failed: { error } }]);
});

it('progress that is refused stands in the log, and the step goes on', async () => {
  const { applied, fake } = refusing('progressed', (op) => {
    op.progress({ n: 1 });
    return op.done();
  });
  await fake.play({ method: METHOD, input: struct({}) });
  expect(applied).toMatchObject([{ succeeded: {} }]);
  expect(fake.logged).toContain('progress was refused, and clients do not see it');
});

it('a result that comes too late, because the attempt was lost meanwhile, stands in the log', async () => {
  const worker = operation(large).steps({ start: (op) => op.done() });
  const fake = fakeOrchestrator([worker], { calls: { apply: async () => false } });
  await fake.play({ method: METHOD, input: struct({}) });
  expect(fake.logged).toEqual([expect.stringContaining('the attempt has ended without its worker')]);
});
