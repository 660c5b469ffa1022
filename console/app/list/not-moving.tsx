import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { idOf, type Summary } from '../api/operation.ts';
import type { OperationsClient } from '../api/operations-client.ts';
import { useConsole } from '../console-context.ts';
import { textOf, withClause } from '../filter/clauses.ts';
import { explanationOf } from '../operation/read-explanation.ts';
import { StateBadge } from '../parts/icons.tsx';
import { operationHref, operationsHref } from '../routing.ts';
import { count, counted } from '../text/number.ts';
import { withoutSubject } from '../text/sentence.ts';
import { roughDuration } from '../text/time.ts';

const UNCHANGED_MS = 5 * 60_000;
const REFRESH_MS = 30_000;
const SHOWN = 4;

interface Stuck {
  readonly total: number;
  readonly time: string;
  readonly operations: readonly { readonly summary: Summary; readonly reason: string }[];
}

/** Shows operations that may be stuck, and why: active operations that have not changed for minutes, the oldest first. */
export function NotMoving({ filter }: { filter: string }) {
  const { client, now } = useConsole();
  const stuck = useSignal<Stuck | undefined>(undefined);
  useEffect(() => {
    const stop = new AbortController();
    const read = async () => {
      if (document.visibilityState !== 'visible') return;
      const found = await stuckOperations(client, stop.signal).catch(() => undefined);
      if (found) stuck.value = found;
    };
    void read();
    const timer = setInterval(read, REFRESH_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [client, stuck]);

  if (!stuck.value || stuck.value.total === 0) return null;
  const { total, time, operations } = stuck.value;
  const all = operationsHref(withClause(filter, 'unchanged', { kind: 'unchanged', time }));
  return (
    <details class="not-moving" open={filter === ''}>
      <summary>
        <strong>{counted(total, 'operation')}</strong> {total === 1 ? 'has' : 'have'} not changed for 5
        minutes or more
      </summary>
      <ul>
        {operations.map(({ summary, reason }) => (
          <li key={summary.name}>
            <StateBadge state={summary.state} />
            <a href={operationHref(summary.name)}>
              <bdi>{idOf(summary.name)}</bdi>
            </a>
            <span class="since">for {roughDuration(now.value - Date.parse(summary.updateTime))}</span>
            <bdi class="reason" title={reason}>
              {withoutSubject(reason, summary.name, now.value)}
            </bdi>
          </li>
        ))}
        <li>
          <a href={all}>Show all {count(total)}</a>
        </li>
      </ul>
    </details>
  );
}

async function stuckOperations(client: OperationsClient, signal: AbortSignal): Promise<Stuck> {
  const time = new Date(Date.now() - UNCHANGED_MS).toISOString();
  const filter = textOf({ kind: 'unchanged', time });
  const { total } = await client.statistics(filter, signal);
  if (total === 0) return { total, time, operations: [] };
  const skip = Math.max(0, total - SHOWN);
  const { operations = [] } = await client.list({ filter, pageSize: SHOWN, skip }, signal);
  const oldestFirst = [...operations].reverse();
  return {
    ...{ total, time },
    operations: await Promise.all(
      oldestFirst.map(async (summary) => {
        const explanation = await explanationOf(client, summary.name, signal).catch(() => undefined);
        return { summary, reason: explanation?.sentence ?? '' };
      }),
    ),
  };
}
