/**
 * The worker of the load, in a process of its own. OPERATIONS_URL and SUBSCRIPTION say where it works, as for every worker.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { operation, serve } from '../../../../shared/worker/index.ts';
import { cancelled, endless, long, nap, page, question, report, retried } from './definitions.ts';

const LONG_MS = 9_000;

await serve([
  operation(page).steps({ start: ({ input }) => ({ number: input.number }) }),
  operation(report).steps({
    start: (op) =>
      op.spawn(
        Array.from({ length: op.input.pages }, (_, number) => page({ number }, { key: `page-${number}` })),
        { then: 'total' },
      ),
    total: async (op) => {
      const pages = await op.children(page).responses();
      return { sum: pages.reduce((sum, { number }) => sum + number, 0) };
    },
  }),
  operation(nap).steps({
    start: (op) => op.sleep('2s', { then: 'awake' }),
    awake: (op) => op.done(),
  }),
  operation(question).steps({
    start: (op) => op.waitFor('answer', { timeout: '3s', then: 'answered', catch: 'unanswered' }),
    answered: () => ({ answered: true }),
    unanswered: () => ({ answered: false }),
  }),
  operation(retried).steps({
    start: (op) => {
      if (op.try === 1) throw new Error('the first try fails');
      return { try: op.try };
    },
  }),
  operation(cancelled).steps({
    start: (op) => op.spawn([endless({}, { key: 'child' })], { then: 'after' }),
    after: (op) => op.done(),
  }),
  operation(endless).steps({
    start: (op) => op.sleep('1h', { then: 'awake' }),
    awake: (op) => op.done(),
  }),
  operation(long).steps({
    start: async (op) => {
      await sleep(LONG_MS, undefined, { signal: op.signal });
      return op.done();
    },
  }),
]);
