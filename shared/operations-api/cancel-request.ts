import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { requestCancel } from '../orchestrator/cancel-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';

/**
 * How long the answer waits for what follows from the request. Most cancels are told to the worker within it; the
 * cascade to thousands of children goes on behind the answer, or is left to `sweep` where the process stops first.
 */
const GRACE_MS = 100;

/** Answers a CancelOperation once the request is committed. */
export async function answerCancel(orchestrator: Orchestrator, name: OperationName): Promise<void> {
  const { delivered } = await requestCancel(orchestrator, name);
  const grace = new AbortController();
  const inGrace = sleep(GRACE_MS, undefined, { signal: grace.signal }).catch(() => undefined);
  // What cannot be delivered now stays in the outbox, and the orchestrator logs it.
  await Promise.race([delivered.catch(() => undefined), inGrace]);
  grace.abort();
}
