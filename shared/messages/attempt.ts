import type { EventHeader } from '../lifecycle/event.ts';
import { InvalidInput } from '../orchestrator/ports/failure.ts';
import { requirePlainText } from './text.ts';

/** The order of events writes attempts with ten digits. */
const MAX_ATTEMPT = 9_999_999_999n;
const MAX_WORKER_LENGTH = 256;

/** Reads which attempt the worker is working on, and which worker it is. */
export function attemptOf({
  attempt,
  worker,
}: {
  readonly attempt?: bigint;
  readonly worker: string;
}): Pick<EventHeader, 'attempt' | 'worker'> {
  if (attempt !== undefined && (attempt < 1n || attempt > MAX_ATTEMPT)) {
    throw new InvalidInput('attempt', `must be from 1 to ${MAX_ATTEMPT}, as START or RESUME gave it`);
  }
  requirePlainText('worker', worker, MAX_WORKER_LENGTH);
  return { attempt: attempt === undefined ? undefined : Number(attempt), worker: worker || undefined };
}
