import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { Tally } from '../../shared/lifecycle/policy.ts';
import type { WaitRef, WaitTerms } from '../../shared/lifecycle/wait.ts';
import { type Inspection, MAX_INSPECTED } from '../../shared/orchestrator/ports/operation-reads.ts';
import type { InspectedWait, WaitProgress } from '../../shared/orchestrator/ports/waits.ts';
import { tallyOf } from '../../shared/records/tally.ts';
import { missingOf } from '../../shared/records/wait-record.ts';
import { operationOf } from './commit.ts';
import type { Tables } from './tables.ts';

/** Call this, like all functions of this file, within a snapshot. */
export function inspect(
  tables: Tables,
  name: OperationName,
  limits: { readonly history: number; readonly waits: number },
): Inspection | undefined {
  const stored = tables.operations.read(name);
  if (!stored) return undefined;
  return {
    operation: operationOf(tables, stored),
    history: tables.history.newest(name, limits.history),
    waits: inspectedWaits(tables, name, 0, limits.waits),
    waitCount: tables.waits.count(name),
    outbox: tables.outbox.ofOperation(name, MAX_INSPECTED),
    reruns: tables.operations.reruns(name, MAX_INSPECTED),
  };
}

/** The newest first. */
export function inspectedWaits(
  { waits, children }: Tables,
  name: OperationName,
  from: number,
  limit: number,
): readonly InspectedWait[] {
  return waits.newest(name, from, limit).map((wait) => ({ wait, counts: children.counts(wait) }));
}

export function waitProgress(
  { waits, children, notifications }: Tables,
  ref: WaitRef,
  limits: (terms: WaitTerms) => Tally,
): WaitProgress | undefined {
  const wait = waits.read(ref);
  if (!wait) return undefined;
  const asked = limits(wait);
  return {
    wait,
    tally: missingOf(wait).length > 0 ? tallyOf(children.counts(wait), asked) : children.tally(wait, asked),
    keptNames: wait.notifications ? notifications.kept(ref.operation).map(({ name }) => name) : [],
  };
}
