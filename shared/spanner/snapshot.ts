import type { OperationName } from '../lifecycle/operation-name.ts';
import { MAX_FINISHED_WAITS, type Reads, type Snapshot } from '../orchestrator/ports/commit.ts';
import type { Cells } from './cells.ts';
import { parentStatesIn, parentsColumn, readNameHolders, reservedForColumn } from './name-rows.ts';
import { readKept } from './notification-rows.ts';
import { type Beside, type FoundName, readNames, type StoredOperation } from './operation-rows.ts';
import type { Query, Reader } from './reader.ts';
import type { Tables } from './tables.ts';
import { openWaitsColumn, openWaitsIn, readWaiters, type WaitForChild } from './waiters.ts';

export interface StoredSnapshot {
  readonly snapshot: Snapshot;
  readonly stored?: StoredOperation;
}

/**
 * Reads the snapshots of several commits: one query with everything that most events need, which begins the transaction, and then the
 * remaining reads concurrently.
 */
export async function readSnapshots(
  reader: Reader,
  reads: readonly Reads[],
): Promise<readonly StoredSnapshot[]> {
  const names = reads.map(({ operation }) => operation);
  const found = await readNames(reader, names, besideOf(reader.tables, reads));
  const parents = parentStatesIn(found.get(names[0] as OperationName)?.beside);
  const nameHolders = readNameHolders(reader, unique(reads.flatMap(({ names: wanted }) => wanted ?? [])));
  const others = Promise.all(reads.map((one) => readOthers(reader, one, found.get(one.operation))));
  const [holders, rest] = await Promise.all([nameHolders, others]);
  return reads.map((one, index) => {
    const { stored, beside } = found.get(one.operation) ?? {};
    const { eventId, parent } = one;
    const open = one.waits && beside ? openWaitsIn(beside) : [];
    return {
      stored,
      snapshot: {
        operation: stored?.operation,
        duplicate: eventId !== undefined && (stored?.seen.has(eventId) ?? false),
        waits: open.slice(0, MAX_FINISHED_WAITS).map(({ operation, waitId }) => ({ operation, waitId })),
        moreWaits: open.length > MAX_FINISHED_WAITS,
        waiters: rest[index]?.waiters ?? new Map(),
        nameHolders: new Map(
          one.names?.flatMap((name) => {
            const holder = holders.get(name);
            return holder ? [[name, holder]] : [];
          }),
        ),
        parent: parent && parents.get(parent),
        reservedFor: one.reservation ? (beside?.text('ReservedFor') as OperationName | undefined) : undefined,
        kept: rest[index]?.kept ?? [],
      },
    };
  });
}

/** The additional columns of the query. They are read for all names if one commit needs them. */
function besideOf(tables: Tables, reads: readonly Reads[]): Beside {
  const parents = unique(reads.flatMap(({ parent }) => parent ?? []));
  const waits = reads.some((one) => one.waits || one.waiters);
  const params: Record<string, Query['params'][string]> = {};
  if (waits) params.waitLimit = MAX_FINISHED_WAITS + 1;
  if (parents.length > 0) {
    params.parents = [...parents];
    params.first = reads[0]?.operation ?? '';
  }
  return {
    eventIds: unique(reads.flatMap(({ eventId }) => eventId ?? [])),
    columns: [
      ...(waits ? [openWaitsColumn(tables)] : []),
      ...(reads.some(({ reservation }) => reservation) ? [reservedForColumn(tables)] : []),
      ...(parents.length > 0 ? [parentsColumn(tables)] : []),
    ],
    params,
  };
}

async function readOthers(reader: Reader, reads: Reads, { stored, beside }: Partial<FoundName> = {}) {
  const keeps = reads.kept && stored && stored.operation.keptNotifications > 0;
  const [waiters, kept] = await Promise.all([
    reads.waiters ? readWaiters(reader, reads.operation, allOpenWaitsIn(beside)) : undefined,
    keeps ? readKept(reader, reads.operation) : undefined,
  ]);
  return { waiters, kept };
}

/** Returns undefined if the query may not have found all of them. */
function allOpenWaitsIn(beside: Cells | undefined): readonly WaitForChild[] | undefined {
  const open = beside ? openWaitsIn(beside) : [];
  return open.length > MAX_FINISHED_WAITS ? undefined : open;
}

function unique<T extends string | OperationName>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
