/**
 * Computes the beginning of a rerun from the resume point: the checkpoint, the resume point and the last wait of the
 * earlier run. The wait has ended as it did before, or is open again for the children that did not succeed.
 */

import type { Operation, TerminalOperation } from '../../lifecycle/operation.ts';
import { isOperationName, type OperationName, operationId } from '../../lifecycle/operation-name.ts';
import type { DoneChild, TakenOver } from '../../lifecycle/outcome.ts';
import { leftOf } from '../../lifecycle/policy.ts';
import type { Restart, RestartedWait } from '../../lifecycle/restart.ts';
import { defaultKey, type SpawnedChild } from '../../lifecycle/spawn.ts';
import type { Wait, WaitTerms } from '../../lifecycle/wait.ts';
import type { Orchestrator } from '../orchestrator.ts';
import { Failure } from '../ports/failure.ts';
import type { ListedChild } from '../ports/wait-children.ts';
import { childrenOfWait } from './children-of-wait.ts';
import { eachOperation } from './each-operation.ts';
import { freeNames } from './free-names.ts';

/** Rejects with the kind `precondition` if nothing would resume the worker, or if a child cannot be created again. */
export async function restartOf(
  orchestrator: Orchestrator,
  earlier: TerminalOperation,
  name: OperationName,
  failedChildrenOnly: boolean,
): Promise<Restart> {
  const { checkpoint, resumePoint, creation } = earlier;
  const savepoint: Restart = {
    checkpoint: checkpoint?.value,
    resumePoint: resumePoint?.value,
    wait: undefined,
  };
  const wait = await lastWait(orchestrator, earlier.name);
  if (!wait) {
    if (creation?.value.dispatch) return savepoint;
    throw new Failure(
      'precondition',
      `${earlier.name} has neither a wait nor dispatch, so the orchestrator cannot resume its worker`,
    );
  }
  const restarted = failedChildrenOnly ? reopened(orchestrator, wait, name) : ended(orchestrator, wait);
  return { ...savepoint, wait: await restarted };
}

/** The newest wait of the operation, also if it was still open when the operation ended. */
async function lastWait({ store }: Orchestrator, name: OperationName): Promise<Wait | undefined> {
  const [newest] = await store.waits(name, 0, 1);
  return newest?.wait;
}

/** The wait, ended, with the outcomes that its children had then. */
async function ended(orchestrator: Orchestrator, wait: Wait): Promise<RestartedWait> {
  const listed = await childrenOfWait(orchestrator, wait);
  const resumed = wait.end?.kind === 'RESUMED' ? wait.end : undefined;
  const missing = new Set(resumed?.missing);
  return {
    terms: termsOf(wait, orchestrator.now()),
    // A wait that was open when the operation ended has no cause of its own.
    cause: resumed?.cause ?? 'CANCEL',
    missing: resumed?.missing,
    childKeys: listed.map(({ key }) => key),
    spawnKeys: new Map(
      listed.flatMap(({ key, spawnKey }) => (spawnKey === undefined ? [] : [[key, spawnKey] as const])),
    ),
    spawn: [],
    done: listed.flatMap(doneChild).filter(({ key }) => !missing.has(key)),
    taken: await takenOver(orchestrator, wait),
  };
}

/** The wait, open again: succeeded children count as done, unsuccessful ones are created again, and it waits for active ones. */
async function reopened(orchestrator: Orchestrator, wait: Wait, name: OperationName): Promise<RestartedWait> {
  const listed = await childrenOfWait(orchestrator, wait);
  const done: DoneChild[] = [];
  const again: { readonly child: ListedChild; readonly operation: Operation }[] = [];
  const open = listed.filter((child) => child.outcome !== 'SUCCEEDED');
  done.push(...listed.filter(({ outcome }) => outcome === 'SUCCEEDED').flatMap(doneChild));
  await eachOperation(
    orchestrator,
    open,
    ({ key }) => key,
    (child, operation) => {
      if (!isOperationName(child.key)) {
        if (child.outcome === 'PENDING') return;
        throw new Failure(
          'precondition',
          `the child ${child.key} belongs to another service, which alone can rerun it`,
        );
      }
      if (operation?.state === 'SUCCEEDED') done.push({ key: child.key, outcome: 'SUCCEEDED' });
      else if (operation?.state === 'FAILED' || operation?.state === 'CANCELLED')
        again.push({ child, operation });
      else if (child.outcome !== 'PENDING') {
        throw new Failure(
          'precondition',
          `the child ${child.key} was deleted or has expired, so it cannot be rerun`,
        );
      }
    },
  );
  const spawn = await remade(orchestrator, wait, name, again);
  const newNames = new Map(again.map(({ child }, index) => [child.key, spawn[index]]));
  const keyOf = ({ key }: ListedChild): string => newNames.get(key)?.name ?? key;
  const taken = await takenOver(orchestrator, wait);
  return {
    terms: remainingTerms(termsOf(wait, orchestrator.now()), taken),
    childKeys: listed.map(keyOf),
    spawnKeys: new Map(
      listed.flatMap((child) => {
        const spawnKey = newNames.get(child.key)?.key ?? child.spawnKey;
        return spawnKey === undefined ? [] : [[keyOf(child), spawnKey] as const];
      }),
    ),
    spawn,
    done,
    taken,
  };
}

async function remade(
  orchestrator: Orchestrator,
  wait: Wait,
  parent: OperationName,
  again: readonly { readonly child: ListedChild; readonly operation: Operation }[],
): Promise<readonly SpawnedChild[]> {
  const names = await freeNames(
    orchestrator,
    again.map(({ operation }) => operation.name),
  );
  return again.map(({ child, operation }, index): SpawnedChild => {
    const creation = operation.creation?.value;
    if (!creation?.dispatch) {
      throw new Failure(
        'precondition',
        `the child ${operation.name} was created without dispatch, so the orchestrator cannot start a worker for it`,
      );
    }
    const { method, labels, ttl, input, dispatch, timeoutMs } = creation;
    const deadline = timeoutMs === undefined ? undefined : orchestrator.now() + timeoutMs;
    return {
      name: names[index] as OperationName,
      key: child.spawnKey ?? defaultKey(wait.operation, operationId(operation.name)),
      creation: {
        method,
        labels,
        ttl,
        input,
        dispatch,
        timeoutMs,
        deadline,
        parent,
        rerunOf: operation.name,
      },
    };
  });
}

/** The terms of the new wait: without the sleep, and with as much time until the deadline as the earlier wait had. */
function termsOf(
  {
    startTime,
    deadline,
    policy,
    childCount,
    externals,
    notifications,
    cancelRest,
    pollFrequency,
    resumeMethod,
  }: Wait,
  now: number,
): WaitTerms {
  return {
    policy,
    childCount,
    externals,
    notifications,
    cancelRest: cancelRest || undefined,
    sleepUntil: undefined,
    deadline: now + (deadline - startTime),
    pollFrequency,
    resumeMethod,
    traceparent: undefined,
  };
}

/** The terms without the notifications that the earlier wait took: the new wait does not wait for those again. */
function remainingTerms(terms: WaitTerms, taken: readonly TakenOver[]): WaitTerms {
  const { notifications, policy } = terms;
  if (!notifications || taken.length === 0) return terms;
  const left = leftOf(
    notifications,
    taken.map(({ name }) => name),
  );
  const came = notifications.length - left.length;
  const remaining =
    policy.kind === 'QUORUM_SUCCEEDED' ? { ...policy, quorum: Math.max(0, policy.quorum - came) } : policy;
  return { ...terms, notifications: left, policy: remaining };
}

async function takenOver({ store }: Orchestrator, wait: Wait): Promise<readonly TakenOver[]> {
  if (!wait.notifications) return [];
  const summary = await store.summary(wait, 0, 0);
  return summary?.notifications ?? [];
}

function doneChild({ key, outcome, result }: ListedChild): readonly DoneChild[] {
  return outcome === 'PENDING' ? [] : [{ key, outcome, result }];
}
