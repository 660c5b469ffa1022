/** Starts a committed wait: creates its children, settles it, and launches its workflow. */
import type { Operation } from '../../lifecycle/operation.ts';
import { tallyLimits } from '../../lifecycle/policy.ts';
import type { OpenWait, Wait } from '../../lifecycle/wait.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import { settleOpen } from '../settle-wait.ts';
import { hasWorkflow, needsWorkflow } from '../wait-workflow-policy.ts';
import { spawnChildren } from './spawn-children.ts';

export async function startWait(
  orchestrator: Orchestrator,
  operation: Operation,
  waitId: string,
): Promise<void> {
  const { store, policy } = orchestrator;
  const ref = { operation: operation.name, waitId };
  await spawnChildren(orchestrator, ref, operation.trace);
  // The wait is committed, so a child that ends from now on finds it. Only children that ended before have to be
  // recorded here.
  await store.catchUpChildren(ref);
  const progress = await store.progress(ref, tallyLimits);
  if (!progress || progress.wait.end) return;
  const { wait } = progress;
  if (policy.push && (await settleOpen(orchestrator, progress, 'push')).resumed) return;
  if (!wait.execution && hasWorkflow(policy, wait)) {
    await launchWorkflow(orchestrator, wait, operation.creation?.value.method ?? '');
  }
}

/** When a refused launch is tried again, in milliseconds. */
const RELAUNCH_MS = 60_000;

/**
 * Launches the workflow of the wait. If Google's quota of concurrent executions is used up, the wait goes on without a
 * workflow and records that. `sweep` then holds its timers, and launches again if only a workflow can poll the
 * children.
 */
export async function launchWorkflow(
  orchestrator: Orchestrator,
  wait: OpenWait,
  method: string,
): Promise<void> {
  const { store, launcher, now, telemetry } = orchestrator;
  let execution: string;
  try {
    execution = await telemetry.span('launch workflow', { kind: 'client', trace: wait.traceparent }, () =>
      launcher.launch(wait, method),
    );
    telemetry.count('lro.executions', { outcome: 'launched' });
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'exhausted') throw error;
    telemetry.count('lro.executions', { outcome: 'refused' });
    const refusal = { reason: error.message, time: now() };
    await store.recordLaunch(wait, { refusal }, needsWorkflow(wait) ? now() + RELAUNCH_MS : wait.sleepUntil);
    return;
  }
  // If the wait ended meanwhile, the effect that stops its workflow did not know this execution, so it is stopped here.
  await stopWorkflow(orchestrator, await store.recordLaunch(wait, { execution }), execution);
}

/** Stops the workflow of a wait that has ended. `execution` is its name if the wait may already be removed. */
export async function stopWorkflow(
  { launcher }: Orchestrator,
  wait: Wait | undefined,
  execution = wait?.execution,
): Promise<void> {
  if (execution && (!wait || wait.end)) await launcher.stop(execution);
}
