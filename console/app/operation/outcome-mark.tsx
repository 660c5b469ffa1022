/** Shows the outcomes of children: as a symbol for one child, and as a bar for all children of a wait. */
import { OUTCOMES, type Outcome, type Wait } from '../api/operation.ts';
import { count } from '../text/number.ts';

const MARKS: Readonly<Record<Outcome, readonly [mark: string, state: string]>> = {
  PENDING: ['◔', 'running'],
  SUCCEEDED: ['✓', 'succeeded'],
  FAILED: ['✕', 'failed'],
  CANCELLED: ['−', 'cancelled'],
  TIMED_OUT: ['⧖', 'failed'],
  NOT_FOUND: ['?', 'failed'],
};

/** The symbol of the outcome of a child. */
export function OutcomeMark({ outcome }: { outcome: Outcome }) {
  const [mark, state] = MARKS[outcome] ?? ['·', 'running'];
  return (
    <span class={`mark state-${state}`} role="img" aria-label={outcome.toLowerCase()} title={outcome}>
      {mark}
    </span>
  );
}

/** How many children of a wait have each outcome, as shares of one bar. */
export function OutcomeBar({ counts, total }: { counts: Wait['children']['counts']; total: number }) {
  if (total === 0) return null;
  const done = total - (counts.PENDING ?? 0);
  return (
    <span class="outcome-bar" role="img" aria-label={`${done} of ${total} children have ended`}>
      {OUTCOMES.map((outcome) => {
        const share = ((counts[outcome] ?? 0) / total) * 100;
        const [, state] = MARKS[outcome];
        return (
          share > 0 && (
            <span
              key={outcome}
              class={`part ${state} ${outcome.toLowerCase()}`}
              style={{ width: `${share}%` }}
            />
          )
        );
      })}
      <span class="bar-text">
        {count(done)} / {count(total)}
      </span>
    </span>
  );
}
