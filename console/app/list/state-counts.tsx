import { STATES, type State, type Statistics } from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import { statesOf, withClause } from '../filter/clauses.ts';
import { StateIcon } from '../parts/icons.tsx';
import { operationsHref } from '../routing.ts';
import { count } from '../text/number.ts';

/** Shows the number of operations in each state. Each count is a chip of the filter. */
export function StateCounts({ filter, statistics }: { filter: string; statistics: Statistics | undefined }) {
  const { router } = useConsole();
  const chosen = statesOf(filter);
  const toggle = (state: State) => {
    const states = STATES.filter((other) => (other === state) !== chosen.includes(other));
    const clause = states.length > 0 ? ({ kind: 'states', states } as const) : undefined;
    router.go(operationsHref(withClause(filter, 'states', clause)));
  };
  return (
    <div class="states" role="group" aria-label="Operations by state">
      {STATES.map((state) => (
        <button
          key={state}
          type="button"
          class={`state-tile state-${state.toLowerCase()}`}
          aria-pressed={chosen.includes(state)}
          onClick={() => toggle(state)}
        >
          <span class="figure">{statistics ? count(statistics.states[state] ?? 0) : '–'}</span>
          <span class="label">
            <StateIcon state={state} />
            {state.toLowerCase()}
          </span>
        </button>
      ))}
    </div>
  );
}
