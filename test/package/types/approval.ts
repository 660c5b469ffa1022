import * as v from 'valibot';
import { defineOperation, OperationError } from 'lro-orchestrator';
import { operation } from 'lro-orchestrator/worker';
import { mail } from './world.ts';

export const purchase = defineOperation('example.v1.Purchases.Approve', {
  input: v.object({ amount: v.number(), approver: v.string() }), response: v.object({ approvedBy: v.string() }),
  notifications: { approval: v.object({ by: v.string(), ok: v.boolean() }) } });

export const purchaseWorker = operation(purchase).steps({
  start: async (op) => {
    await mail(op.input.approver, `Approve ${op.name}?`, op.key('ask'));   // an answer that is faster than the wait is kept
    return op.waitFor('approval', { then: 'decided', timeout: '3d', catch: 'expired' });
  },
  decided: (op) => {
    const approval = op.notification('approval');
    if (!approval?.ok) throw new OperationError('FAILED_PRECONDITION', 'The purchase was refused.');
    return { approvedBy: approval.by };
  },
  expired: async (op) => {                                                 // DEADLINE, or CANCEL
    await mail(op.input.approver, 'No longer needed.', op.key('withdraw'));
    throw op.failure;
  },
});
