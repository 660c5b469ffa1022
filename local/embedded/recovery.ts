/**
 * What a start makes good when the process before it was killed: it was the only one, so nothing that it left behind
 * is still under way.
 */
import pMap from 'p-map';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Condition } from '../../shared/orchestrator/condition.ts';
import { eachPage } from '../../shared/orchestrator/each-page.ts';
import { deliverOutbox } from '../../shared/orchestrator/effects/deliver.ts';
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
  // Leases that ran out while nothing swept count from now on.
  await store.noteSweep(now(), 0);
  await eachPage(
    PAGE,
    (limit, after?: ListedOperation) => store.list({ condition: WAITING, after, limit }),
    (waiting) => pMap(waiting, ({ name }) => relaunch(orchestrator, name), CONCURRENCY),
  );
  const names = new Set((await store.dueEffects(ALL_TIMES, ALL)).map(({ operation }) => operation));
  // What fails again stays in the outbox, for sweep.
  await pMap(names, (name) => deliverOutbox(orchestrator, name).catch(() => undefined), CONCURRENCY);
}

/**
 * The executor lives in the process: with it went the executions. A wait whose workflow was not launched yet still has
 * that in the outbox.
 */
async function relaunch(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  const operation = await orchestrator.store.operation(name);
  if (operation?.state !== 'WAITING' || !operation.wait.execution) return;
  await launchWorkflow(orchestrator, operation.wait, operation.creation?.value.method ?? '');
}
