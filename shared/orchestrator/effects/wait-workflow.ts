/** The workflow that holds the timers of a wait, polls children of other services, and catches what push missed. */
import type { Operation } from '../../lifecycle/operation.ts';
import type { Wait } from '../../lifecycle/wait.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { settleOpenWait } from '../settle-wait.ts';

export async function startWait(
  orchestrator: Orchestrator,
  operation: Operation,
  waitId: string,
): Promise<void> {
  const { store, launcher, policy } = orchestrator;
  const ref = { operation: operation.name, waitId };
  // The wait is committed, so a child that ends from now on finds it: only those before have to be caught up with.
  await store.catchUpChildren(ref);
  const wait = await store.wait(ref);
  if (!wait || wait.end) return;
  if (policy.push) {
    const { resumed } = await settleOpenWait(orchestrator, wait, 'push');
    if (resumed) return;
  }
  if (wait.execution) return;
  const execution = await launcher.launch(wait, operation.creation?.value.method ?? '');
  // It may have ended meanwhile: then nobody else knows of the execution.
  await stopWorkflow(orchestrator, await store.recordExecution(ref, execution), execution);
}

/** Stops the workflow of a wait that has ended; `execution` where the wait may be gone. */
export async function stopWorkflow(
  { launcher }: Orchestrator,
  wait: Wait | undefined,
  execution = wait?.execution,
): Promise<void> {
  if (execution && (!wait || wait.end)) await launcher.stop(execution);
}
