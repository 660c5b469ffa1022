import { effectId } from '../lifecycle/effect.ts';
import type { OperationStore } from '../orchestrator/ports/store.ts';
import { catchUpChildren, recordOutcomes } from './child-outcomes.ts';
import { readChildren, readOutcomeCounts, readTally } from './child-rows.ts';
import { commit } from './commit.ts';
import { connect, type SpannerLocation } from './database.ts';
import { emulatorTransactions, onEmulator } from './emulator.ts';
import { orFailure } from './failures.ts';
import { readHistory } from './history-rows.ts';
import { listOperations } from './list.ts';
import { readActiveChildren, readOperation } from './operation-rows.ts';
import { postponeEffect, readDueEffects, readOutbox } from './outbox-rows.ts';
import { databaseReader } from './reader.ts';
import { tablesOf } from './tables.ts';
import { transactionsOf } from './transactions.ts';
import { readOverdueWaits, readWait, readWaitsOf, recordExecution } from './wait-rows.ts';

/** The store on Spanner, whose tables `applySchema` has made. One client and its sessions for the whole process. */
export async function openSpannerStore(location: SpannerLocation): Promise<OperationStore> {
  const tables = tablesOf(location.table);
  const connection = await orFailure(() => connect(location));
  const reader = databaseReader(connection.database, tables);
  const transactions = (onEmulator() ? emulatorTransactions : transactionsOf)(connection, tables);

  return {
    commit: (reads, decide) => commit(transactions, reads, decide),

    operation: (name) => orFailure(async () => (await readOperation(reader, name))?.operation),
    history: (name, limit) => orFailure(() => readHistory(reader, name, limit)),
    waitsOf: (name) => orFailure(() => readWaitsOf(reader, name)),
    activeChildren: (parent, limit, after) =>
      orFailure(() => readActiveChildren(reader, parent, limit, after)),
    list: (query) => orFailure(() => listOperations(reader, query)),

    wait: (ref) => orFailure(() => readWait(reader, ref)),
    tally: (ref, limits) => orFailure(() => readTally(reader, ref, limits)),
    children: (ref, limit, after) => orFailure(() => readChildren(reader, ref, limit, after)),
    outcomeCounts: (ref) => orFailure(() => readOutcomeCounts(reader, ref)),
    recordOutcomes: (ref, children) => orFailure(() => recordOutcomes(transactions, ref, children)),
    catchUpChildren: (ref) => orFailure(() => catchUpChildren(transactions, reader, ref)),
    recordExecution: (ref, execution) => orFailure(() => recordExecution(transactions, ref, execution)),

    outbox: (name) => orFailure(() => readOutbox(reader, name)),
    removeEffects: (name, effects) =>
      orFailure(async () => {
        if (effects.length === 0) return;
        const keys = effects.map((effect) => [name, effectId(effect)]);
        await transactions.write((mutations) => mutations.deleteRows(tables.outbox, keys));
      }),
    postponeEffect: (name, effect, due) => orFailure(() => postponeEffect(transactions, name, effect, due)),

    dueEffects: (now, limit) => orFailure(() => readDueEffects(reader, now, limit)),
    overdueWaits: (now, limit) => orFailure(() => readOverdueWaits(reader, now, limit)),

    close: () => orFailure(() => connection.close()),
  };
}
