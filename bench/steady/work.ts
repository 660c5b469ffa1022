/** The work of the load: a parent with twenty children, all of which expire soon after their end, as a deployment's do after days. */
import * as v from 'valibot';
import { defineOperation } from '../../shared/client/definition.ts';
import { operation, type Worker } from '../../shared/worker/operation.ts';

export const CHILDREN = 20;
/** The operations of a parent: itself and its children. */
export const OPERATIONS = CHILDREN + 1;

const TTL = '60s';

const child = defineOperation('bench.SteadyChild', {
  input: v.object({ value: v.number() }),
  response: v.object({ value: v.number() }),
  ttl: TTL,
});

export const parent = defineOperation('bench.SteadyParent', {
  input: v.object({}),
  response: v.object({ sum: v.number() }),
  ttl: TTL,
});

const SUM = (CHILDREN * (CHILDREN - 1)) / 2;

export const workers: readonly Worker[] = [
  operation(child).steps({ start: ({ input }) => ({ value: input.value }) }),
  operation(parent).steps({
    start: (op) =>
      op.spawn(
        Array.from({ length: CHILDREN }, (_, value) => child({ value })),
        { then: 'collect' },
      ),
    collect: async (op) => {
      const sum = (await op.children(child).responses()).reduce((total, { value }) => total + value, 0);
      if (sum !== SUM) throw new Error(`the children of ${op.name} have the sum ${sum} instead of ${SUM}`);
      return { sum };
    },
  }),
];
