import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { messageOf } from '../api/api-error.ts';
import { idOf, type JsonObject, type Operation } from '../api/operation.ts';
import type { OperationsClient } from '../api/operations-client.ts';
import { useConsole } from '../console-context.ts';
import { operationHref } from '../routing.ts';
import { count, counted as operations } from '../text/number.ts';
import { ActDialog } from './act-dialog.tsx';
import { type RerunFrom, RerunOptions } from './rerun-dialog.tsx';

type BulkAct = 'cancel' | 'rerun' | 'delete';

const TITLES: Readonly<Record<BulkAct, string>> = {
  cancel: 'Cancel all that match',
  rerun: 'Rerun all that match',
  delete: 'Delete all that match',
};
const EFFECTS: Readonly<Record<BulkAct, string>> = {
  cancel: 'Each is asked to stop, with its children. Those that have ended stay as they are.',
  rerun: 'Each that has ended is run again, as a new operation. Those that have not ended are left out.',
  delete: 'Each disappears with its result. None is cancelled: workers may go on. That cannot be undone.',
};

/** Actions on all operations that the filter matches. Without a filter, none are offered. */
export function BulkActs({ filter, total }: { filter: string; total: number }) {
  const { config } = useConsole();
  const act = useSignal<BulkAct | undefined>(undefined);
  if (config.token === undefined) return null;
  const why = filter.trim() === '' ? 'Set a filter first: acts on all operations need one.' : undefined;
  return (
    <div class="acts" role="group" aria-label="Acts on all that match" title={why}>
      {(['cancel', 'rerun', 'delete'] as const).map((one) => (
        <button
          key={one}
          type="button"
          class={one === 'delete' ? 'danger small' : 'small'}
          disabled={why !== undefined || total === 0}
          onClick={() => {
            act.value = one;
          }}
        >
          {one === 'cancel' ? 'Cancel' : one === 'rerun' ? 'Rerun' : 'Delete'} all…
        </button>
      ))}
      {act.value && (
        <BulkDialog
          act={act.value}
          filter={filter}
          onClose={() => {
            act.value = undefined;
          }}
        />
      )}
    </div>
  );
}

function BulkDialog({ act, filter, onClose }: { act: BulkAct; filter: string; onClose: () => void }) {
  const { client, notify } = useConsole();
  const counted = useSignal<string>('Counting…');
  const from = useSignal<RerunFrom>('START');
  const failedOnly = useSignal(true);
  const started = useSignal<string | undefined>(undefined);
  const path = `/v1/operations:${act}`;
  const options = act === 'rerun' ? { from: from.value, failedChildrenOnly: failedOnly.value } : {};
  useEffect(() => {
    const stop = new AbortController();
    const show = (read: Operation | Error) => {
      // Until the count of many operations is done, it has fewer than match.
      if (read instanceof Error || read.done) counted.value = progressText(read);
    };
    const read = async () => {
      const begun = await client.act<Operation>('POST', path, { filter, validateOnly: true, ...options });
      show(begun);
      if (!begun.done) await followed(client, begun.name, show, stop.signal);
    };
    read().catch((error: unknown) => {
      counted.value = messageOf(error);
    });
    return () => stop.abort();
  }, [client, path, filter]);
  const run = async (requestId: string) => {
    const operation = await client.act<Operation>('POST', path, { filter, requestId, ...options });
    started.value = operation.name;
    notify({
      kind: 'done',
      text: `${idOf(operation.name)} is under way.`,
      href: operationHref(operation.name),
    });
  };
  if (started.value !== undefined)
    return <BulkProgress name={started.value} title={TITLES[act]} onClose={onClose} />;
  return (
    <ActDialog
      title={TITLES[act]}
      verb={TITLES[act]}
      dangerous={act === 'delete'}
      onAct={run}
      onClose={() => {
        if (started.value === undefined) onClose();
      }}
      effect={
        <>
          <p class="filter-shown">
            <code>{filter}</code>
          </p>
          <p role="status">
            <strong>{counted.value}</strong>
          </p>
          <p>{EFFECTS[act]} Only operations that were created before the act begins are meant.</p>
        </>
      }
    >
      {act === 'rerun' && <RerunOptions from={from} failedOnly={failedOnly} unsuccessful={undefined} />}
    </ActDialog>
  );
}

const POLL_MS = 700;

/** Reads a bulk operation until it is done, or `stop` is aborted. Goes on after a failed read. */
async function followed(
  client: OperationsClient,
  name: string,
  onRead: (read: Operation | Error) => void,
  stop: AbortSignal,
): Promise<void> {
  for (; !stop.aborted; await new Promise((resolve) => setTimeout(resolve, POLL_MS))) {
    try {
      const operation = await client.operation(name, stop);
      onRead(operation);
      if (operation.done) return;
    } catch (error) {
      if (!stop.aborted) onRead(error as Error);
    }
  }
}

/** Shows the progress of the bulk operation until it is done. The operation continues after the dialog is closed. */
function BulkProgress({ name, title, onClose }: { name: string; title: string; onClose: () => void }) {
  const { client } = useConsole();
  const text = useSignal('Starting…');
  const done = useSignal(false);
  useEffect(() => {
    const stop = new AbortController();
    const show = (read: Operation | Error) => {
      if (!(read instanceof Error)) done.value = read.done === true;
      text.value = progressText(read);
    };
    void followed(client, name, show, stop.signal);
    return () => stop.abort();
  }, [client, name, done, text]);
  return (
    <ActDialog
      title={title}
      verb="Close"
      onAct={async () => {}}
      onClose={onClose}
      effect={
        <>
          <p role="status">
            {done.value ? 'Done. ' : 'Under way. '}
            {text.value}
          </p>
          <p>
            <a href={operationHref(name)}>{idOf(name)}</a> is the operation that does it: it goes on when this
            is closed.
          </p>
        </>
      }
    />
  );
}

/** The labels of the counters in the metadata. `pages` is not shown, because it is of no use to people. */
const COUNTS: readonly (readonly [field: string, text: string])[] = [
  ['doneCount', 'done'],
  ['skippedCount', 'left out, because there was nothing to do'],
  ['failedCount', 'failed'],
];

/** What a read of a bulk operation has found: its counts, or the error of the operation or of the read. */
function progressText(read: Operation | Error): string {
  if (read instanceof Error) return read.message;
  return read.error ? read.error.message : countText(read);
}

/** The number of matching operations and the progress: `12 operations match`, `7 done, 1 failed`. */
function countText({ metadata, response }: Operation): string {
  const fields = { ...fieldsOf(metadata), ...fieldsOf(response) };
  const matched = Number(fields.matchedCount ?? 0);
  const parts = COUNTS.flatMap(([field, text]) => {
    const number = Number(fields[field] ?? 0);
    return number > 0 ? [`${count(number)} ${text}`] : [];
  });
  const heading = `${operations(matched, 'operation')} ${matched === 1 ? 'matches' : 'match'}`;
  return parts.length === 0 ? heading : `${heading}: ${parts.join(', ')}`;
}

function fieldsOf(any: JsonObject | undefined): JsonObject {
  const { '@type': _type, value, ...rest } = any ?? {};
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : rest;
}
