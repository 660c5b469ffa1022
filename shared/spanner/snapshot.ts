import type { OperationName } from '../lifecycle/operation-name.ts';
import { MAX_FINISHED_WAITS, type Reads, type Snapshot } from '../orchestrator/ports/store.ts';
import { readNameHolders, readParentStates, readReservations } from './name-rows.ts';
import { readKept } from './notification-rows.ts';
import { readStored, type StoredOperation } from './operation-rows.ts';
import type { Reader } from './reader.ts';
import { readOpenWaitsFor, readWaiters } from './waiters.ts';

export interface StoredSnapshot {
  readonly snapshot: Snapshot;
  readonly stored?: StoredOperation;
}

/**
 * What several commits have to read: one query for the operations, and after it all else at once, each kind with one query
 * for all commits. Most events need nothing else.
 */
export async function readSnapshots(
  reader: Reader,
  reads: readonly Reads[],
): Promise<readonly StoredSnapshot[]> {
  const names = reads.map(({ operation }) => operation);
  const stored = await readStored(reader, names, unique(reads.flatMap(({ eventId }) => eventId ?? [])));
  const asking = (what: 'waits' | 'reservation') =>
    reads.filter((one) => one[what]).map(({ operation }) => operation);
  const [waits, parents, reservations, nameHolders, others] = await Promise.all([
    readOpenWaitsFor(reader, asking('waits'), MAX_FINISHED_WAITS + 1),
    readParentStates(reader, unique(reads.flatMap(({ parent }) => parent ?? []))),
    readReservations(reader, asking('reservation')),
    readNameHolders(reader, unique(reads.flatMap(({ names: wanted }) => wanted ?? []))),
    Promise.all(reads.map((one) => readOthers(reader, one, stored.get(one.operation)))),
  ]);
  return reads.map(({ operation: name, eventId, parent, names: wanted = [] }, index) => {
    const found = stored.get(name);
    const open = waits.get(name) ?? [];
    return {
      stored: found,
      snapshot: {
        operation: found?.operation,
        duplicate: eventId !== undefined && (found?.seen.has(eventId) ?? false),
        waits: open.slice(0, MAX_FINISHED_WAITS),
        moreWaits: open.length > MAX_FINISHED_WAITS,
        waiters: others[index]?.waiters ?? new Map(),
        nameHolders: new Map(
          wanted.flatMap((one) => {
            const holder = nameHolders.get(one);
            return holder ? [[one, holder]] : [];
          }),
        ),
        parent: parent && parents.get(parent),
        reservedFor: reservations.get(name),
        kept: others[index]?.kept ?? [],
      },
    };
  });
}

async function readOthers(reader: Reader, reads: Reads, stored: StoredOperation | undefined) {
  const keeps = reads.kept && stored && stored.operation.keptNotifications > 0;
  const [waiters, kept] = await Promise.all([
    reads.waiters ? readWaiters(reader, reads.operation) : undefined,
    keeps ? readKept(reader, reads.operation) : undefined,
  ]);
  return { waiters, kept };
}

function unique<T extends string | OperationName>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}
