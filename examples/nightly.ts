/**
 * A nightly batch: 1,000 accounts, each a child that is tried three times, and 2 % of them may fail.
 *
 *   npm start
 *   OPERATIONS_URL=http://localhost:8080 npx tsx examples/nightly.ts
 */
import { createOperations, defineOperation, type Operations } from 'lro-orchestrator';
import { operation, serve } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { isMain } from './main-module.ts';

const account = v.object({ account: v.string(), day: v.string() });
export const settle = defineOperation('example.v1.Ledger.Settle', {
  ...{ input: account, response: v.object({ cents: v.number() }) },
  ...{ dispatch: { maxTries: 3, firstBackoff: '10ms' }, timeout: '4h' },
});
export const nightly = defineOperation('example.v1.Ledger.Nightly', {
  input: v.object({ day: v.string(), accounts: v.number() }),
  response: v.object({ cents: v.number(), failed: v.array(v.string()) }),
});

export const ledgerWorkers = [
  operation(settle, { concurrency: 20 }).steps({
    start: ({ input }) => {
      if (input.account.endsWith('99')) throw new Error(`${input.account} is closed`);
      return { cents: 100 };
    },
  }),
  operation(nightly).steps({
    start: (op) => {
      const { day, accounts } = op.input;
      const ids = Array.from({ length: accounts }, (_, index) => `account-${index}`);
      // `key` names the child, so that the order of the accounts does not matter.
      return op.spawn(
        ids.map((id) => settle({ account: id, day }, { key: id })),
        { then: 'total', toleratedFailuresPercent: 2, timeout: '6h', cancelRest: true },
      );
    },
    total: async (op) => {
      const failed: string[] = [];
      let cents = 0;
      for await (const child of op.children(settle)) {
        if (child.outcome === 'SUCCEEDED') cents += child.response.cents;
        else failed.push(child.key ?? child.name);
      }
      return { cents, failed };
    },
  }),
];

/** The function that a Cloud Scheduler job calls. A second call in the same night returns the same operation. */
export const startNight = (lro: Operations, day: string, accounts = 1_000) =>
  lro.create(nightly, { day, accounts }, { operationId: `nightly-${day}`, requestId: day });

if (isMain(import.meta.url)) {
  const serving = await serve(ledgerWorkers);
  console.log(await (await startNight(createOperations(), '2026-11-26')).result());
  await serving.stop();
}
