/** The ways in which a wait ends, and what follows from each. */
import type { Effect } from './effect.ts';
import { inPhase, type LiveOperation } from './operation.ts';
import { type Applied, applied, type Circumstances } from './outcome.ts';
import type { AbandonReason, EndedWait, OpenWait, Resumption, WaitEnd } from './wait.ts';

/** I2, I4: the operation goes on in the same step in which its wait ends. */
export function endOpenWait(operation: LiveOperation, open: OpenWait, end: Resumption): Applied {
  // The workflow that made the call ends by itself.
  const stop: Effect[] = end.by === 'workflow' ? [] : [{ kind: 'stopWorkflow', waitId: open.waitId }];
  return applied(inPhase(operation, { state: 'RUNNING' }), {
    ended: endWait(open, end),
    effects: [...resumeEffects(open), ...stop],
  });
}

export function giveUpWait(operation: LiveOperation, reason: AbandonReason, { now }: Circumstances) {
  if (operation.state !== 'WAITING') return { ended: undefined, effects: [] };
  const effects: Effect[] = [{ kind: 'stopWorkflow', waitId: operation.wait.waitId }];
  return { ended: endWait(operation.wait, { kind: 'ABANDONED', reason, time: now }), effects };
}

export function endWait(open: OpenWait, end: WaitEnd): EndedWait {
  return { ...open, end };
}

export function resumeEffects({ waitId, resumeMethod }: OpenWait): Effect[] {
  const signal: Effect = { kind: 'signalResume', waitId };
  return resumeMethod === undefined ? [signal] : [signal, { kind: 'callResumeMethod', waitId }];
}
