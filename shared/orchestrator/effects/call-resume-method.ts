import { RESERVED_EVENT_ID_PREFIX } from '../../lifecycle/event.ts';
import type { Operation } from '../../lifecycle/operation.ts';
import type { Wait } from '../../lifecycle/wait.ts';
import { applyOnce } from '../apply-event.ts';
import { headerAt } from '../event-header.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import { resumeSignal } from './signal-worker.ts';

/** With the outbox's backoff, about half a day of trying. */
const MAX_ATTEMPTS = 18;

/** Calls the URL that the wait gave; after the last attempt the operation fails with the reason, so that nobody waits for it. */
export async function callResumeMethod(
  orchestrator: Orchestrator,
  operation: Operation,
  wait: Wait | undefined,
  attempts: number,
): Promise<void> {
  if (!wait?.end || !wait.resumeMethod) return;
  try {
    await orchestrator.resumeCaller.call(
      wait.resumeMethod,
      await resumeSignal(orchestrator.store, operation, wait),
    );
  } catch (error) {
    if (!(error instanceof Failure) || attempts + 1 < MAX_ATTEMPTS) throw error;
    await failOperation(orchestrator, operation, wait, error);
  }
}

async function failOperation(
  orchestrator: Orchestrator,
  { name }: Operation,
  { waitId }: Wait,
  failure: Failure,
) {
  const eventId = `${RESERVED_EVENT_ID_PREFIX}unresumed:${waitId}`;
  const message = `The operation could not be resumed: ${failure.message}`;
  await applyOnce(orchestrator, {
    ...headerAt(orchestrator.now(), name, eventId),
    type: 'failed',
    error: { code: failure.code, message, details: [] },
  });
}
