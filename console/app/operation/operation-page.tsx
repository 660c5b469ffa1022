import { useEffect, useMemo } from 'preact/hooks';
import { OperationActs } from '../acts/operation-acts.tsx';
import { idOf } from '../api/operation.ts';
import { watch } from '../api/watch.ts';
import { useConsole } from '../console-context.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { StateBadge } from '../parts/icons.tsx';
import { NameLink } from '../parts/name-link.tsx';
import { Facts } from './facts.tsx';
import { HistoryTable } from './history-table.tsx';
import { OperationModel } from './operation-model.ts';
import { Payloads } from './payloads.tsx';
import { Timeline } from './timeline.tsx';
import { Tree } from './tree.tsx';
import { Why } from './why.tsx';

/** The page of one operation: what it did, and why it is not done. */
export function OperationPage({ name }: { name: string }) {
  const { client, connection } = useConsole();
  const model = useMemo(() => new OperationModel(client, name), [client, name]);
  useEffect(() => {
    const stop = new AbortController();
    void watch(
      {
        ...{ filter: model.filter, connection },
        onChange: () => model.reloadSoon(),
        onBegin: () => void model.reload(),
        onRefused: () => {
          connection.value = { kind: 'PAUSED' };
          void model.reload();
        },
      },
      stop.signal,
    );
    return () => {
      stop.abort();
      model.close();
    };
  }, [model, connection]);

  const inspection = model.inspection.value;
  const error = model.error.value;
  if (!inspection)
    return <NotShown name={name} error={error?.message} notFound={error?.httpStatus === 404} />;
  return (
    <main class="operation-page">
      <div class="title">
        <div class="path">
          <a href="/">Operations</a>
          {inspection.parent && (
            <>
              <span aria-hidden="true">›</span>
              <NameLink name={inspection.parent} />
            </>
          )}
          <span aria-hidden="true">›</span>
        </div>
        <h1>
          <bdi>{idOf(name)}</bdi>
          <CopyButton text={name} label="Copy the name" />
        </h1>
        <StateBadge state={inspection.state} />
        {inspection.cancelRequested && !inspection.completeTime && (
          <span class="badge asked">asked to stop</span>
        )}
        <span class="spring" />
        <OperationActs inspection={inspection} onDone={() => model.reloadSoon()} />
      </div>
      {error && (
        <p class="banner failed" role="alert">
          {error.httpStatus === 404 ? 'The operation was deleted or has expired.' : error.message} This page
          shows what was read before.
        </p>
      )}
      <Why
        inspection={inspection}
        explanation={model.explanation.value}
        error={model.operation.value?.error}
      />
      <Facts inspection={inspection} />
      <Timeline
        inspection={inspection}
        children={model.children.value}
        hasMoreChildren={model.hasMoreChildren.value}
      />
      <div class="columns">
        <Tree inspection={inspection} version={model.version.value} />
        <Payloads inspection={inspection} operation={model.operation.value} />
      </div>
      <HistoryTable inspection={inspection} />
    </main>
  );
}

function NotShown({ name, error, notFound }: { name: string; error: string | undefined; notFound: boolean }) {
  if (error === undefined) {
    return (
      <main class="empty" aria-busy="true">
        <p>Reading {name}…</p>
      </main>
    );
  }
  return (
    <main class="empty">
      <h1>
        <bdi>{idOf(name)}</bdi> cannot be shown
      </h1>
      <p role="alert">{error}</p>
      {notFound && (
        <p>
          It was deleted, it has expired, or none of its events has been applied yet. The page shows it as
          soon as it exists.
        </p>
      )}
      <p>
        <a href="/">All operations</a>
      </p>
    </main>
  );
}
