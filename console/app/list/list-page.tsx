import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { BulkActs } from '../acts/bulk-acts.tsx';
import { messageOf } from '../api/api-error.ts';
import type { Change, Statistics } from '../api/operation.ts';
import { watch } from '../api/watch.ts';
import { useConsole } from '../console-context.ts';
import { clausesOf, filterOf } from '../filter/clauses.ts';
import { FilterBar } from '../filter/filter-bar.tsx';
import { count, counted } from '../text/number.ts';
import { LastHour } from './last-hour.tsx';
import { NotMoving } from './not-moving.tsx';
import { MAX_ROWS, OperationList } from './operation-list.ts';
import { StateCounts } from './state-counts.tsx';
import { VirtualRows } from './virtual-rows.tsx';

const STATISTICS_MS = 3_000;
/**
 * How long a row stays after its operation stops matching, in milliseconds, so that rows do not jump while a person reads them.
 */
const GONE_MS = 5_000;

/** The list page: all operations that a filter matches, updated live. */
export function ListPage({ filter }: { filter: string }) {
  const { client, connection } = useConsole();
  const list = useMemo(() => new OperationList(client, filter), [client, filter]);
  const statistics = useStatistics(filter);

  useEffect(() => {
    const stop = new AbortController();
    let waiting: Change[] = [];
    // Hundreds of changes may come in one frame. The rows are drawn once for all of them.
    const flush = () => {
      const changes = waiting;
      waiting = [];
      list.apply(changes);
    };
    const goneTimer = setInterval(() => {
      if (list.following && list.hasGone) void list.reload();
    }, GONE_MS);
    void watch(
      {
        ...{ filter, connection },
        onChange(change) {
          if (waiting.length === 0) requestAnimationFrame(flush);
          waiting.push(change);
        },
        onBegin: () => void list.reload(),
        // The list itself shows the error of the filter. Without watches, the list stays as it was read.
        onRefused: () => {
          connection.value = { kind: 'PAUSED' };
          void list.reload();
        },
      },
      stop.signal,
    );
    return () => {
      clearInterval(goneTimer);
      stop.abort();
      list.close();
    };
  }, [list, filter, connection]);

  const { value: error } = list.error;
  const filterError = error?.field === 'filter' ? error.message : undefined;
  return (
    <main class="list-page">
      <h1 class="visually-hidden">Operations</h1>
      <section class="overview" aria-label="Overview">
        <StateCounts filter={filter} statistics={statistics.value} />
        <LastHour minutes={statistics.value?.minutes} />
      </section>
      <NotMoving filter={filter} />
      <FilterBar filter={filter} error={filterError} methods={statistics.value?.methods ?? []} />
      {error && !filterError && (
        <p class="banner failed" role="alert">
          {messageOf(error)} What is shown is as it was; the page tries again by itself.
        </p>
      )}
      <div class="list-head">
        <span class="total" role="status">
          {list.loaded.value
            ? `${counted(list.count.value, 'operation')}${filter && ' that match'}`
            : filterError
              ? 'The filter has a mistake.'
              : 'Reading…'}
          {list.count.value >= MAX_ROWS && ` (the first ${count(MAX_ROWS)} are shown)`}
        </span>
        {list.unseen.value > 0 && (
          <button type="button" class="pill" onClick={() => void list.reload().then(scrollToTop)}>
            {count(list.unseen.value)} new · show
          </button>
        )}
        <span class="spring" />
        <BulkActs filter={filter} total={list.count.value} />
      </div>
      {list.loaded.value && list.count.value === 0 ? <Empty filter={filter} /> : <VirtualRows list={list} />}
    </main>
  );
}

function scrollToTop(): void {
  document.querySelector('.rows')?.scrollTo({ top: 0 });
}

function Empty({ filter }: { filter: string }) {
  if (filter !== '') {
    return (
      <div class="empty">
        <p>No operation matches.</p>
        <p>
          <a href="/">Show all operations</a>
        </p>
      </div>
    );
  }
  return (
    <div class="empty">
      <p>There is no operation yet. The first one appears here as soon as its event is published:</p>
      <pre>
        <code>{`curl -s ${location.origin}/v1/operations -H 'content-type: application/json' \\
  -d '{"operationId":"hello","method":"example.v1.Hello"}'`}</code>
      </pre>
    </div>
  );
}

/** Counted without the clauses for state and method, so that their chips can offer the other values. */
function useStatistics(filter: string) {
  const { client } = useConsole();
  const statistics = useSignal<Statistics | undefined>(undefined);
  const others = filterOf(clausesOf(filter).filter(({ kind }) => kind !== 'states' && kind !== 'method'));
  useEffect(() => {
    const stop = new AbortController();
    const read = async () => {
      if (document.visibilityState !== 'visible') return;
      // While the filter has an error, the counts of the previous filter stay.
      const found = await client.statistics(others, stop.signal).catch(() => undefined);
      if (found) statistics.value = found;
    };
    void read();
    const timer = setInterval(read, STATISTICS_MS);
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [client, others, statistics]);
  return statistics;
}
