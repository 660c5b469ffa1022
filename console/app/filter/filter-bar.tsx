import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { filterOfWord } from '../../../shared/client/word-filter.ts';
import type { Statistics } from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import { Icon } from '../parts/icons.tsx';
import { operationsHref } from '../routing.ts';
import { count } from '../text/number.ts';
import { clock } from '../text/time.ts';
import { type Clause, clausesOf, filterOf, withClause } from './clauses.ts';

const SINCE: readonly (readonly [text: string, ms: number])[] = [
  ['15 minutes', 900_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['week', 604_800_000],
];

interface FilterBarProps {
  readonly filter: string;
  /** The error that the server found in the filter. */
  readonly error: string | undefined;
  readonly methods: Statistics['methods'];
}

/** The filter, as chips and as text. Both change the address of the page, from which the list reads the filter. */
export function FilterBar({ filter, error, methods }: FilterBarProps) {
  const { router, now } = useConsole();
  const typed = useSignal(filter);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    typed.value = filter;
  }, [filter, typed]);
  const apply = (next: string) => router.go(operationsHref(next.trim()));
  const clauses = clausesOf(filter);
  const chosenMethod = clauses.flatMap((clause) => (clause.kind === 'method' ? [clause.value] : []))[0];

  return (
    <section class="filter" aria-label="Filter">
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          apply(filterOfWord(typed.value));
        }}
      >
        <label class="visually-hidden" for="filter">
          Filter (AIP-160)
        </label>
        <input
          id="filter"
          ref={input}
          type="text"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          placeholder='Filter, for example: state = FAILED AND method = "example.v1.Hello"   ( / )'
          value={typed.value}
          aria-invalid={error !== undefined}
          aria-describedby={error ? 'filter-error' : undefined}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            typed.value = filter;
            input.current?.blur();
          }}
        />
        <Choice
          label="Method"
          value={chosenMethod ?? ''}
          options={methods.map(({ method, count: number }) => [method, `${method} (${count(number)})`])}
          onChoose={(value) =>
            apply(withClause(filter, 'method', value ? { kind: 'method', value } : undefined))
          }
        />
        <Choice
          label="Created"
          value=""
          options={SINCE.map(([text, ms]) => [String(ms), `in the last ${text}`])}
          onChoose={(ms) => {
            const time = new Date(Date.now() - Number(ms)).toISOString();
            apply(withClause(filter, 'since', { kind: 'since', time }));
          }}
        />
        <button type="submit" disabled={typed.value.trim() === filter}>
          Apply
        </button>
        {filter !== '' && (
          <button type="button" class="quiet" onClick={() => apply('')}>
            Clear
          </button>
        )}
      </form>
      {error && <FilterError error={error} filter={filter} />}
      {clauses.length > 0 && (
        <div class="chips">
          {clauses.map((clause, index) => (
            <button
              key={filterOf([clause])}
              type="button"
              class="chip"
              aria-label={`Remove ${chipText(clause, now.value)}`}
              onClick={() => apply(filterOf(clauses.filter((_, other) => other !== index)))}
            >
              <bdi>{chipText(clause, now.value)}</bdi>
              <Icon name="close" />
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

/** The error message, and the part of the filter that it is about. */
function FilterError({ error, filter }: { error: string; filter: string }) {
  const position = Number(/at position (\d+)/.exec(error)?.[1]);
  const at = Number.isNaN(position) ? undefined : Math.min(position - 1, filter.length);
  return (
    <p id="filter-error" class="filter-error" role="alert">
      {error.replace(/^filter: /, '')}
      {at !== undefined && (
        <code>
          {filter.slice(Math.max(0, at - 40), at)}
          <mark>{filter[at] ?? '␣'}</mark>
          {filter.slice(at + 1, at + 20)}
        </code>
      )}
    </p>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProps) {
  return (
    <select
      class="choice"
      aria-label={label}
      value={value}
      onChange={(event) => onChoose(event.currentTarget.value)}
    >
      <option value="">{label}…</option>
      {value !== '' && !options.some(([known]) => known === value) && <option value={value}>{value}</option>}
      {options.map(([known, text]) => (
        <option key={known} value={known}>
          {text}
        </option>
      ))}
    </select>
  );
}

function chipText(clause: Clause, now: number): string {
  switch (clause.kind) {
    case 'states':
      return clause.states.map((state) => state.toLowerCase()).join(' or ');
    case 'method':
    case 'parent':
      return `${clause.kind} ${clause.value}`;
    case 'label':
      return `${clause.key} = ${clause.value}`;
    case 'since':
      return `created since ${timeText(clause.time, now)}`;
    case 'unchanged':
      return `unchanged since ${timeText(clause.time, now)}`;
    case 'text':
      return clause.text;
  }
}

function timeText(time: string, now: number): string {
  return Number.isNaN(Date.parse(time)) ? time : clock(time, now).replace(/\.\d+$/, '');
}
