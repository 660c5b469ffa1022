/** The icons of states, so that a state is not shown by colour alone. */
import type { State } from '../api/operation.ts';

const PATHS: Readonly<Record<State, string>> = {
  RUNNING: 'M5 3.2v9.6L13 8z',
  WAITING: 'M4.5 3h2.6v10H4.5zM8.9 3h2.6v10H8.9z',
  SUCCEEDED: 'M6.4 12.6 2.2 8.4l1.6-1.6 2.6 2.6 5.8-5.8 1.6 1.6z',
  FAILED: 'M4.4 2.8 8 6.4l3.6-3.6 1.6 1.6L9.6 8l3.6 3.6-1.6 1.6L8 9.6l-3.6 3.6-1.6-1.6L6.4 8 2.8 4.4z',
  CANCELLED: 'M3 6.8h10v2.4H3z',
};

export function StateIcon({ state }: { state: State }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[state]} fill="currentColor" />
    </svg>
  );
}

export function StateBadge({ state }: { state: State }) {
  return (
    <span class={`badge state-${state.toLowerCase()}`}>
      <StateIcon state={state} />
      {state}
    </span>
  );
}

const MORE = {
  close: 'M4.4 3.4 8 7l3.6-3.6 1 1L9 8l3.6 3.6-1 1L8 9l-3.6 3.6-1-1L7 8 3.4 4.4z',
  copy: 'M5 1.5h7.5A1.5 1.5 0 0 1 14 3v8h-1.5V3H5zM3.5 4.5h6A1.5 1.5 0 0 1 11 6v7a1.5 1.5 0 0 1-1.5 1.5h-6A1.5 1.5 0 0 1 2 13V6a1.5 1.5 0 0 1 1.5-1.5zm0 1.5v7h6V6z',
  right: 'M6 3.5 10.5 8 6 12.5 4.9 11.4 8.3 8 4.9 4.6z',
  down: 'M3.5 6 8 10.5 12.5 6l-1.1-1.1L8 8.3 4.6 4.9z',
  plus: 'M7.2 3h1.6v4.2H13v1.6H8.8V13H7.2V8.8H3V7.2h4.2z',
  minus: 'M3 7.2h10v1.6H3z',
  download: 'M7.2 2h1.6v6l2-2 1.1 1.1L8 11 4.1 7.1 5.2 6l2 2zM3 12.4h10V14H3z',
  theme: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 1.5v9a4.5 4.5 0 0 1 0-9z',
  help: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zm-.8 9h1.6v1.5H7.2zM8 4.2c1.5 0 2.6.9 2.6 2.3 0 1.1-.7 1.6-1.3 2-.4.3-.5.5-.5 1.1H7.2c0-1.3.6-1.8 1.2-2.2.4-.3.6-.5.6-.9 0-.5-.4-.8-1-.8s-1 .4-1 1H5.4c0-1.5 1.1-2.5 2.6-2.5z',
} as const;

export function Icon({ name }: { name: keyof typeof MORE }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={MORE[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}
