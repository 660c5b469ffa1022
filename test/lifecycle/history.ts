/** The smallest store there is: one operation, its history, and what its transitions gave. */
import type { Effect } from '../../shared/lifecycle/effect.ts';
import { dedupeKey, type LifecycleEvent } from '../../shared/lifecycle/event.ts';
import type { Operation } from '../../shared/lifecycle/operation.ts';
import type { Circumstances, Transition } from '../../shared/lifecycle/outcome.ts';
import { transition } from '../../shared/lifecycle/transition.ts';
import type { Wait } from '../../shared/lifecycle/wait.ts';
import { CIRCUMSTANCES } from './events.ts';

export class History {
  operation: Operation | undefined;
  readonly effects: Effect[] = [];
  readonly waits = new Map<string, Wait>();
  readonly #seen = new Set<string>();

  /** Applies the event as the orchestrator does: a repeat changes nothing. */
  apply(event: LifecycleEvent, circumstances: Circumstances = CIRCUMSTANCES): Transition | 'duplicate' {
    const key = dedupeKey(event);
    if (this.#seen.has(key)) return 'duplicate';
    const result = transition(this.operation, event, circumstances);
    if (result.outcome === 'unchanged' || result.outcome === 'rejected') return result;
    if ((result.next || this.operation) && !(result.outcome === 'applied' && result.silent))
      this.#seen.add(key);
    this.operation = result.next ?? this.operation;
    if (result.outcome === 'applied') {
      this.effects.push(...result.effects);
      if (result.ended) this.waits.set(result.ended.waitId, result.ended);
      if (result.begun) this.waits.set(result.begun.wait.waitId, result.begun.wait);
    }
    return result;
  }

  kinds(): Effect['kind'][] {
    return this.effects.map(({ kind }) => kind);
  }
}

export function play(...events: readonly LifecycleEvent[]): History {
  const history = new History();
  for (const event of events) history.apply(event);
  return history;
}
