import { setTimeout as sleep } from 'node:timers/promises';
import type { OperationName } from '../lifecycle/operation-name.ts';
import { requestCancel } from '../orchestrator/cancel-operation.ts';
import type { Orchestrator } from '../orchestrator/orchestrator.ts';

/**
 * How long the answer waits for the effects of the request, in milliseconds. Most workers get their CANCEL signal within this time. A
 * cascade to thousands of children continues after the answer. If the process stops first, `sweep` continues it.
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
