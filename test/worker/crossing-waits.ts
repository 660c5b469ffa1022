/** What an orchestrator says at the end of a wait, for orders of signals that cross. */
import { defineOperation } from 'lro-orchestrator';
import * as v from 'valibot';
import { type Event, struct } from './fake-orchestrator.ts';

/** An operation that waits for two children and a notification. */
export const fanOut = defineOperation('t.v1.FanOut', {
  input: v.object({ n: v.number() }),
  response: v.object({ text: v.string() }),
  notifications: { go: v.object({ n: v.number() }) },
});

/** What a step read after its wait: it has to agree with how the children ended. */
export interface Collected {
  readonly name: string;
  readonly children: readonly string[];
  readonly notification: unknown;
}

export interface EndedChild {
  readonly name: string;
  readonly end: string | undefined;
  readonly response: unknown;
}

export function childNames(waiting: Event): string[] {
  return (waiting.spawn ?? []).map(({ operationId }: Event) => `operations/${operationId}`);
}

/** The RESUME of a wait that is over. */
export function resumeOf(waiting: Event, children: readonly EndedChild[], isCancelled: boolean): Event {
  const counts: Record<string, number> = {};
  const first = children.map(({ name, end, response }) => {
    const outcome = end ?? 'PENDING';
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    const key = name.slice(name.indexOf('.') + 1);
    const ended = response === undefined ? { error: { code: 1, message: 'cancelled' } } : { response };
    return { name, key, outcome, ...ended };
  });
  return {
    ...{ kind: 'RESUME', waitId: 'w', cause: isCancelled ? 'CANCEL' : 'CHILDREN' },
    ...{ resumePoint: waiting.resumePoint, checkpoint: waiting.checkpoint },
    children: { counts, first, truncated: false },
    notifications: isCancelled ? [] : [{ name: 'go', payload: struct({ n: 7 }) }],
  };
}
