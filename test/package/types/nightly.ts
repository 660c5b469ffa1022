import * as v from 'valibot';
import { createOperations, defineOperation } from 'lro-orchestrator';
import { operation } from 'lro-orchestrator/worker';
import { accounts, alert, settleAccount } from './world.ts';

export const settle = defineOperation('example.v1.Ledger.Settle', { dispatch: { maxTries: 3 }, timeout: '4h',
  input: v.object({ account: v.string(), day: v.string() }), response: v.object({ cents: v.number() }) });
export const nightly = defineOperation('example.v1.Ledger.Nightly', {
  input: v.object({ day: v.string() }), response: v.object({ cents: v.number(), failed: v.array(v.string()) }) });

export const settleWorker = operation(settle, { concurrency: 20 }).steps({
  start: async (op) => ({ cents: await settleAccount(op.input, op.key('settle'), op.signal) }) });
export const nightlyWorker = operation(nightly).steps({
  start: async (op) => {
    const { day } = op.input;
    const ids = await accounts(day);               // 1,000, in any order: `key` names the child
    return op.spawn(ids.map((account) => settle({ account, day }, { key: account })),
      { then: 'total', catch: 'broken', toleratedFailuresPercent: 2, timeout: '6h', cancelRest: true });
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
  broken: async (op) => {
    await alert(`${op.children(settle).counts.FAILED} accounts failed`, op.key('alert'));
    throw op.failure;
  },
});
/** What Cloud Scheduler's job calls: a second call of the same night gets the same operation. */
export const startNight = (day: string) => createOperations().create(nightly, { day }, { operationId: `nightly-${day}`, requestId: day });
