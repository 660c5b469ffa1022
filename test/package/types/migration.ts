import * as v from 'valibot';
import { defineOperation } from 'lro-orchestrator';
import { operation, state } from 'lro-orchestrator/worker';
import { cards } from './world.ts';

export const subscription = defineOperation('example.v1.Subscriptions.Run', {
  input: v.object({ card: v.string() }), response: v.object({ invoices: v.array(v.string()) }) });
const billed = state(v.object({ months: v.number() }))                                          // 1: deployed in January
  .next(v.object({ invoices: v.array(v.string()), currency: v.picklist(['EUR', 'USD']) }))      // 2: since March
  .by((old) => ({ invoices: Array.from({ length: old.months }, (_, month) => `old-${month}`), currency: 'EUR' }));

export const subscriptionWorker = operation(subscription, { state: billed, initial: { invoices: [], currency: 'EUR' } }).steps({
  start: (op) => op.sleep('30d', { then: 'bill' }),
  bill: async (op) => {
    const { invoices, currency } = op.state;
    invoices.push(await cards.charge(op.input.card, op.key(`month-${invoices.length}`), currency));   // a loop puts its round into the key
    return invoices.length < 12 ? op.sleep('30d', { then: 'bill' }) : { invoices };
  },
});
