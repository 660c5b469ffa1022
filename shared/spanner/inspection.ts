import type { OperationName } from '../lifecycle/operation-name.ts';
import { type Tally, tallyLimits } from '../lifecycle/policy.ts';
import type { WaitRef, WaitTerms } from '../lifecycle/wait.ts';
import { type Inspection, MAX_INSPECTED } from '../orchestrator/ports/operation-reads.ts';
import type { InspectedWait, WaitProgress } from '../orchestrator/ports/waits.ts';
import { tallyOf } from '../records/tally.ts';
import { missingOf } from '../records/wait-record.ts';
import { anyPendingColumn, otherPendingColumn, readCounts, readTally } from './child-rows.ts';
import { readHistory } from './history-rows.ts';
import { readKept } from './notification-rows.ts';
import { readOperation, readReruns } from './operation-rows.ts';
import { readOutbox } from './outbox-rows.ts';
import type { Reader } from './reader.ts';
import { countWaits, readNewestWaits, readWaitAnd } from './wait-rows.ts';

/** The functions of this file read within the snapshot of `reader`. */
export async function readInspection(
  reader: Reader,
  name: OperationName,
  limits: { readonly history: number; readonly waits: number },
): Promise<Inspection | undefined> {
  const [operation, history, waits, waitCount, outbox, reruns] = await Promise.all([
    readOperation(reader, name),
    readHistory(reader, name, limits.history),
    readInspectedWaits(reader, name, 0, limits.waits),
    countWaits(reader, name),
    readOutbox(reader, name, MAX_INSPECTED),
    readReruns(reader, name, MAX_INSPECTED),
  ]);
  return operation && { operation, history, waits, waitCount, outbox, reruns };
}

/** Reads waits of the operation with the counts of their children, newest first. */
export async function readInspectedWaits(
  reader: Reader,
  name: OperationName,
  from: number,
  limit: number,
): Promise<readonly InspectedWait[]> {
  const waits = await readNewestWaits(reader, name, from, limit);
  const counts = await readCounts(reader, waits);
  return waits.map((wait, index) => ({ wait, counts: counts[index] ?? {} }));
}

/** Reads the children in the same query as the wait if the limits ask only whether any child is pending, as for most waits. */
export async function readProgress(
  reader: Reader,
  ref: WaitRef,
  limits: (terms: WaitTerms) => Tally,
): Promise<WaitProgress | undefined> {
  const found = await readWaitAnd(reader, ref, [anyPendingColumn(reader.tables)]);
  if (!found) return undefined;
  const { wait, beside } = found;
  const asked = limits(wait);
  const tally = async () => {
    if (missingOf(wait).length > 0) return tallyOf((await readCounts(reader, [wait]))[0] ?? {}, asked);
    if (asked.pending > 1 || asked.succeeded + asked.unsuccessful > 0) return readTally(reader, wait, asked);
    return tallyOf({ PENDING: beside.bool('AnyPending') ? 1 : 0 }, asked);
  };
  const [counted, kept] = await Promise.all([
    tally(),
    wait.notifications ? readKept(reader, ref.operation) : [],
  ]);
  return { wait, tally: counted, keptNames: kept.map(({ name }) => name) };
}

/**
 * Returns the progress of an open wait after `child` has ended, if no other child is pending. Returns undefined otherwise, and if one
 * query is not enough to decide.
 */
export async function readProgressOfLast(
  reader: Reader,
  ref: WaitRef,
  child: OperationName,
): Promise<WaitProgress | undefined> {
  const found = await readWaitAnd(reader, ref, [otherPendingColumn(reader.tables)], { child });
  if (!found || found.wait.end || found.beside.bool('OtherPending')) return undefined;
  const { wait } = found;
  const { pending, succeeded, unsuccessful } = tallyLimits(wait);
  if (pending > 1 || succeeded + unsuccessful > 0) return undefined;
  if (wait.notifications || missingOf(wait).length > 0) return undefined;
  return { wait, tally: tallyOf({}, tallyLimits(wait)), keptNames: [] };
}
