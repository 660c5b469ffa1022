import { RESERVED_EVENT_ID_PREFIX } from '../../lifecycle/event.ts';
import type { Operation } from '../../lifecycle/operation.ts';
import { applyOnce } from '../apply-event.ts';
import { headerAt } from '../event-header.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import { readSignalledSummary, resumeSignal } from './signal-worker.ts';

/** With the outbox's backoff, these tries last about half a day. */
const MAX_ATTEMPTS = 18;

export interface ResumeCall {
  readonly waitId: string;
  readonly attempt?: number;
}

/**
 * Calls the URL that the wait gave. After the last try the operation fails with the reason, because nothing else would
 * resume it. A call for an attempt that has ended stops, and fails nothing.
 */
export async function callResumeMethod(
  orchestrator: Orchestrator,
  operation: Operation,
  { waitId, attempt }: ResumeCall,
  attempts: number,
): Promise<void> {
  const current = operation.attempts.at(-1);
  if (attempt !== undefined && (attempt !== current?.number || current.end !== undefined)) return;
  const wait = await orchestrator.store.wait({ operation: operation.name, waitId });
  if (!wait?.end || !wait.resumeMethod) return;
  const summary = await readSignalledSummary(orchestrator.store, { operation: operation.name, waitId });
  const signal = resumeSignal(operation, summary, { attempt });
  if (!signal) return;
  try {
    await orchestrator.resumeCaller.call(wait.resumeMethod, signal);
  } catch (error) {
    if (!(error instanceof Failure) || attempts + 1 < MAX_ATTEMPTS) throw error;
    await failOperation(orchestrator, operation, waitId, error);
  }
}

async function failOperation(
  orchestrator: Orchestrator,
  { name }: Operation,
  waitId: string,
  failure: Failure,
): Promise<void> {
  const eventId = `${RESERVED_EVENT_ID_PREFIX}unresumed:${waitId}`;
  const message = `The operation could not be resumed: ${failure.message}`;
  await applyOnce(orchestrator, {
    ...headerAt(orchestrator.now(), name, eventId),
    type: 'failed',
    error: { code: failure.code, message, details: [] },
  });
}
