/**
 * What a start makes good when the process before it was killed: it was the only one, so nothing that it left behind
 * is still being done by somebody else.
 */
import pMap from 'p-map';
import type { WaitRef } from '../../shared/lifecycle/wait.ts';
import { deliverOutbox } from '../../shared/orchestrator/effects/deliver.ts';
import type { Orchestrator } from '../../shared/orchestrator/orchestrator.ts';

const ALL_TIMES = Number.MAX_SAFE_INTEGER;
const ALL = Number.MAX_SAFE_INTEGER;
const CONCURRENCY = { concurrency: 16 };

export async function recover(orchestrator: Orchestrator): Promise<void> {
  const { store } = orchestrator;
  const waits = await store.overdueWaits(ALL_TIMES, ALL);
  await pMap(waits, (ref) => relaunch(orchestrator, ref), CONCURRENCY);
  const names = new Set((await store.dueEffects(ALL_TIMES, ALL)).map(({ operation }) => operation));
  // What fails again stays in the outbox, for sweep.
  await pMap(names, (name) => deliverOutbox(orchestrator, name).catch(() => undefined), CONCURRENCY);
}

/**
 * The executor lives in the process: with it went the executions. A wait whose workflow was not launched yet still has
 * that in the outbox.
 */
async function relaunch({ store, launcher }: Orchestrator, ref: WaitRef): Promise<void> {
  const [operation, wait] = await Promise.all([store.operation(ref.operation), store.wait(ref)]);
  if (!operation || !wait || wait.end || !wait.execution) return;
  const execution = await launcher.launch(wait, operation.creation?.value.method ?? '');
  await store.recordExecution(ref, execution);
}
