/**
 * An approval with a deadline: a person answers within three days, or the purchase expires.
 *
 *   npm start
 *   OPERATIONS_URL=http://localhost:8080 npx tsx examples/approval.ts
 *   npx lro notify {id} approval '{"by":"ann","ok":true}'         # for the id that it printed
 */
import { createOperations, defineOperation, OperationError } from 'lro-orchestrator';
import { operation, serve } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { isMain } from './main-module.ts';
import { mail } from './outside-world.ts';

export const purchase = defineOperation('example.v1.Purchases.Approve', {
  input: v.object({ amount: v.number(), approver: v.string() }),
  response: v.object({ approvedBy: v.string() }),
  notifications: { approval: v.object({ by: v.string(), ok: v.boolean() }) },
});

export const purchaseWorker = operation(purchase).steps({
  start: async (op) => {
    // A notification that arrives before the wait begins is kept for it.
    await mail.send(op.input.approver, `Approve ${op.name}?`, op.key('ask'));
    return op.waitFor('approval', { then: 'decided', timeout: '3d', catch: 'expired' });
  },
  decided: (op) => {
    const approval = op.notification('approval');
    if (!approval?.ok) throw new OperationError('FAILED_PRECONDITION', 'The purchase was refused.');
    return { approvedBy: approval.by };
  },
  // Runs at the deadline, and if the operation is cancelled.
  expired: async (op) => {
    await mail.send(op.input.approver, `${op.name} is no longer needed.`, op.key('withdraw'));
    throw op.failure;
  },
});

if (isMain(import.meta.url)) {
  const serving = await serve([purchaseWorker]);
  const handle = await createOperations().create(purchase, { amount: 900, approver: 'ann@example.com' });
  console.log(`${handle.name} waits for its approval`);
  console.log(await handle.result());
  await serving.stop();
}
