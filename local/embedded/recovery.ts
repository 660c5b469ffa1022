/**
 * Repairs at the start what a killed process left behind. That process was the only one, so none of what it left is still
 * in progress.
 */
import pMap from 'p-map';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Condition } from '../../shared/orchestrator/condition.ts';
import { eachPage } from '../../shared/orchestrator/each-page.ts';
import { deliverOutbox } from '../../shared/orchestrator/effects/deliver-outbox.ts';
import { launchWorkflow } from '../../shared/orchestrator/effects/start-wait.ts';
import type { Orchestrator } from '../../shared/orchestrator/orchestrator.ts';
import type { ListedOperation } from '../../shared/orchestrator/ports/list.ts';

const ALL_TIMES = Number.MAX_SAFE_INTEGER;
const ALL = Number.MAX_SAFE_INTEGER;
const PAGE = 500;
const CONCURRENCY = { concurrency: 16 };

const WAITING: Condition = { kind: 'text', subject: 'state', relation: '=', value: 'WAITING' };

export async function recover(orchestrator: Orchestrator): Promise<void> {
  const { store, now } = orchestrator;
  // Leases that ran out while no process ran `sweep` begin again now.
  await store.noteSweep(now(), 0);
  await eachPage(
    PAGE,
    (limit, after?: ListedOperation) => store.list({ condition: WAITING, after, limit }),
    (waiting) => pMap(waiting, ({ name }) => relaunch(orchestrator, name), CONCURRENCY),
  );
  await deliverAll(orchestrator);
}

/** Carries out every effect in the outbox, for calls that will not: one that fails again stays, and `sweep` carries it out. */
export async function deliverAll(orchestrator: Orchestrator): Promise<void> {
  const effects = await orchestrator.store.dueEffects(ALL_TIMES, ALL);
  const names = new Set(effects.map(({ operation }) => operation));
  await pMap(names, (name) => deliverOutbox(orchestrator, name).catch(() => undefined), CONCURRENCY);
}

/**
 * The executor runs in this process, so its executions ended with the earlier process. A wait whose workflow was not
 * launched yet still has the effect in the outbox. A launch that fails does not keep the system from starting: `sweep` holds the
 * wait, and launches again if only a workflow can poll the children.
 */
async function relaunch(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  const operation = await orchestrator.store.operation(name);
  if (operation?.state !== 'WAITING' || !operation.wait.execution) return;
  try {
    await launchWorkflow(orchestrator, operation.wait, operation.creation?.value.method ?? '');
  } catch (err) {
    orchestrator.log.warn({ operation: name, err }, 'the workflow of a wait was not launched again');
  }
}
