import { defineOperation } from 'lro-orchestrator';
import * as v from 'valibot';
import { struct } from './fake-orchestrator.ts';

/** The operation of the tests of attempts. */
export const job = defineOperation('t.v1.Job', {
  input: v.object({ n: v.number() }),
  response: v.object({ text: v.string() }),
  metadata: v.object({ percent: v.number() }),
});

/** What the START signal of such an operation has. */
export const START = { method: 't.v1.Job', input: struct({ n: 1 }) };
