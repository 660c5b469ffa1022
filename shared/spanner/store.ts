import { effectId } from '../lifecycle/effect.ts';
import type { ObservableStore } from '../orchestrator/ports/observable-store.ts';
import { readBacklog } from './backlog.ts';
import { LIMITS, type Limits, within } from './call.ts';
import { spannerChangeFeed } from './change-feed.ts';
import { readChildPage, readSummary } from './child-list.ts';
import { catchUpChildren, recordOutcomes } from './child-outcomes.ts';
import { readPendingChildren } from './child-rows.ts';
import { commit, commitAll } from './commit.ts';
import { connect, type SpannerLocation } from './database.ts';
import { postponeDue, readDueOperations, readNextDueTime } from './due-rows.ts';
import { emulatorTransactions, onEmulator } from './emulator.ts';
import { letGoOfExpired } from './expiry.ts';
import { noteFailedPolls } from './failed-polls.ts';
import { orFailure } from './failures.ts';
import { readHistory } from './history-rows.ts';
import { readInspectedWaits, readInspection, readProgress } from './inspection.ts';
import { listOperations } from './list.ts';
import { postponeLook, recordLaunch } from './look-time.ts';
import { spannerOperationData } from './operation-data.ts';
import { readActiveChildren, readOperation, readStored } from './operation-rows.ts';
import { postponeEffect, readDueEffects, readOutbox } from './outbox-rows.ts';
import { spannerOverview } from './overview.ts';
import { markPartMade, readNextSpawnPart } from './part-rows.ts';
import { atOneMoment, databaseReader, type Reader } from './reader.ts';
import { noteSweep, readLastSweepTime } from './sweep-row.ts';
import { tablesOf } from './tables.ts';
import { limitedTransactions, transactionsOf } from './transactions.ts';
import { readWait } from './wait-rows.ts';

/** The store on Spanner, on the tables that `applySchema` creates. It has one client, whose sessions the whole process shares. */
export async function openSpannerStore(
  location: SpannerLocation,
  limits: Limits = LIMITS,
): Promise<ObservableStore> {
  const tables = tablesOf(location.table);
  const connection = await orFailure(() => connect(location));
  const unlimited = (onEmulator() ? emulatorTransactions : transactionsOf)(connection, tables);
  const transactions = limitedTransactions(unlimited, limits);
  const reader = databaseReader(connection, tables, limits.callMs);
  /** Runs a read of one call. */
  const once = <T>(read: (reader: Reader) => Promise<T>): Promise<T> => orFailure(() => read(reader));
  /** Runs a read of several calls with one timestamp. */
  const together = <T>(read: (reader: Reader) => Promise<T>): Promise<T> =>
    orFailure(() => within(limits.callMs, atOneMoment(connection, tables, read)));
  const write = <T>(work: () => Promise<T>): Promise<T> => orFailure(work);

  return {
    feed: spannerChangeFeed(once),
    overview: spannerOverview(once),
    data: spannerOperationData(transactions, once, write),

    commit: (reads, decide) => commit(transactions, reader, reads, decide),
    commitAll: (commits) => commitAll(transactions, commits),

    operation: (name, maxAgeMs) =>
      maxAgeMs === undefined
        ? once((at) => readOperation(at, name))
        : orFailure(() => readOperation(databaseReader(connection, tables, limits.callMs, maxAgeMs), name)),
    operations: (names) =>
      once(async (at) => {
        const stored = await readStored(at, names);
        return new Map([...stored].map(([name, { operation }]) => [name, operation]));
      }),
    inspection: (name, limits) => together((at) => readInspection(at, name, limits)),
    history: (name, limit) => once((at) => readHistory(at, name, limit)),
    activeChildren: (parent, limit, after) => once((at) => readActiveChildren(at, parent, limit, after)),
    list: (query) => once((at) => listOperations(at, query)),

    wait: (ref) => once((at) => readWait(at, ref)),
    waits: (name, from, limit) => together((at) => readInspectedWaits(at, name, from, limit)),
    progress: (ref, limits) => together((at) => readProgress(at, ref, limits)),
    summary: (ref, limit, maxBytes) => together((at) => readSummary(at, ref, limit, maxBytes)),
    listChildren: (ref, page) => together((at) => readChildPage(at, ref, page)),
    pendingChildren: (ref, limit, after) => once((at) => readPendingChildren(at, ref, limit, after)),
    recordOutcomes: (ref, children) => write(() => recordOutcomes(transactions, ref, children)),
    catchUpChildren: (ref) => write(() => catchUpChildren(transactions, reader, ref)),
    nextSpawnPart: (ref) => together((at) => readNextSpawnPart(at, ref)),
    markPartMade: (part) => write(() => markPartMade(transactions, part)),
    recordLaunch: (ref, launch, lookTime) => write(() => recordLaunch(transactions, ref, launch, lookTime)),
    noteFailedPolls: (ref, polls) => write(() => noteFailedPolls(transactions, ref, polls)),
    postponeLook: (wait, lookTime) => write(() => postponeLook(transactions, wait, lookTime)),

    outbox: (name) => once((at) => readOutbox(at, name)),
    removeEffects: (name, effects, others = []) =>
      write(async () => {
        const keys = [{ operation: name, effects }, ...others].flatMap((one) =>
          one.effects.map((effect) => [one.operation, effectId(effect)]),
        );
        if (keys.length === 0) return;
        await transactions.write((mutations) => mutations.deleteRows(tables.outbox, keys));
      }),
    postponeEffect: (name, effect, due) => write(() => postponeEffect(transactions, name, effect, due)),

    dueEffects: (now, limit) => once((at) => readDueEffects(at, now, limit)),
    dueOperations: (now, limit) => together((at) => readDueOperations(at, now, limit)),
    backlog: (now, maxCount) => together((at) => readBacklog(at, now, maxCount)),
    nextDueTime: () => once(readNextDueTime),
    postponeDue: (due, dueTime) => write(() => postponeDue(transactions, due, dueTime)),
    noteSweep: (now, maxGapMs) => write(() => noteSweep(transactions, reader, now, maxGapMs)),
    lastSweepTime: () => once(readLastSweepTime),
    expire: (now) => write(() => letGoOfExpired(transactions, reader, now)),

    close: () => orFailure(() => within(limits.callMs, connection.close())),
  };
}
