/** The work of the benchmark as a user of the package writes it: definitions, and workers with their steps. */
import * as v from 'valibot';
import { defineOperation } from '../../../shared/client/definition.ts';
import type { Operations } from '../../../shared/client/operations.ts';
import { operation, type Worker } from '../../../shared/worker/operation.ts';
import type { Engine } from '../engine.ts';
import type { Recorder } from '../recorder.ts';

const PREFIX = 'operations/';

export function idOf(name: string): string {
  return name.slice(PREFIX.length);
}

const child = defineOperation('bench.Child', {
  input: v.object({ parent: v.string(), value: v.number() }),
  response: v.object({ value: v.number() }),
});
const parent = defineOperation('bench.Parent', {
  input: v.object({ children: v.number() }),
  response: v.object({ sum: v.number() }),
});
const single = defineOperation('bench.Single', {
  input: v.object({}),
  response: v.object({ ok: v.boolean() }),
});

export function benchWorkers(recorder: Recorder): readonly Worker[] {
  return [
    operation(child).steps({
      start: ({ input }) => {
        recorder.childDone(input.parent);
        return { value: input.value };
      },
    }),
    operation(parent).steps({
      start: (op) =>
        op.spawn(
          Array.from({ length: op.input.children }, (_, value) => child({ parent: idOf(op.name), value })),
          { then: 'collect' },
        ),
      collect: async (op) => {
        const id = idOf(op.name);
        recorder.resumed(id);
        const sum = (await op.children(child).responses()).reduce((total, { value }) => total + value, 0);
        recorder.summed(id, sum);
        return { sum };
      },
    }),
    operation(single).steps({ start: () => ({ ok: true }) }),
  ];
}

export function creates(lro: Operations): Pick<Engine, 'createParent' | 'createSingle'> {
  return {
    createParent: (id, children) => lro.create(parent, { children }, { operationId: id }),
    createSingle: (id) => lro.create(single, {}, { operationId: id }),
  };
}
