import { idOf } from '../api/operation.ts';
import { useConsole } from '../console-context.ts';
import { StateBadge } from '../parts/icons.tsx';
import { operationHref } from '../routing.ts';
import { ago, roughDuration } from '../text/time.ts';
import type { Row } from './operation-list.ts';

export const COLUMNS = ['State', 'Operation', 'Method', 'Age', 'Changed', 'Attempt', 'Progress'] as const;

interface Place {
  readonly index: number;
  /** The distance from the top of the list, in pixels. */
  readonly top: number;
  readonly active: boolean;
}

/** The row of one operation. `aria-rowindex` counts the header as the first row. */
export function RowView({ row, index, top, active }: Place & { row: Row | undefined }) {
  const { now } = useConsole();
  const attributes = {
    id: `row-${index}`,
    role: 'row' as const,
    'aria-rowindex': index + 2,
    'aria-selected': active,
    style: { transform: `translateY(${top}px)` },
  };
  if (!row) {
    return (
      <div {...attributes} class="row pending" aria-busy="true">
        <span role="gridcell" class="cell skeleton">
          …
        </span>
      </div>
    );
  }
  const { name, state, method, createTime, updateTime, completeTime, attempt, error, gone } = row;
  const age = (completeTime ? Date.parse(completeTime) : now.value) - Date.parse(createTime);
  return (
    <div {...attributes} class={`row${active ? ' active' : ''}${gone ? ' gone' : ''}`}>
      <span role="gridcell" class="cell">
        <StateBadge state={state} />
      </span>
      <span role="gridcell" class="cell name">
        <a href={operationHref(name)} tabIndex={-1}>
          <bdi>{idOf(name)}</bdi>
        </a>
        {gone && <span class="note">{gone === 'DELETED' ? 'deleted' : 'no longer matches'}</span>}
        {error && (
          <span class="note failed" title={error.message}>
            <bdi>{error.message}</bdi>
          </span>
        )}
      </span>
      <span role="gridcell" class="cell method" title={method}>
        <Method method={method} />
      </span>
      <span role="gridcell" class="cell number" title={`created ${createTime}`}>
        {roughDuration(age)}
      </span>
      <span role="gridcell" class="cell number" title={updateTime}>
        {ago(updateTime, now.value)}
      </span>
      <span role="gridcell" class="cell number">
        {attempt ?? ''}
      </span>
      <span role="gridcell" class="cell">
        <Progress row={row} />
      </span>
    </div>
  );
}

function Progress({ row: { state, progressPercent } }: { row: Row }) {
  if (progressPercent === undefined || (state !== 'RUNNING' && state !== 'WAITING')) return null;
  const percent = Math.round(progressPercent);
  return (
    <span class="progress" role="img" aria-label={`${percent} % done`}>
      <span class="track">
        <span class="bar" style={{ width: `${percent}%` }} />
      </span>
      <span class="percent">{percent} %</span>
    </span>
  );
}

/**
 * Where the cell is too narrow, the beginning of the method name is shortened, because methods differ at the end:
 * `example.v1.Reports.CreateReport`.
 */
function Method({ method = '' }: { method?: string | undefined }) {
  const parts = method.split('.');
  const beginning = parts.slice(0, -2).map((part) => `${part}.`);
  return (
    <>
      {beginning.length > 0 && <bdi class="beginning">{beginning.join('')}</bdi>}
      <bdi>{parts.slice(-2).join('.')}</bdi>
    </>
  );
}
