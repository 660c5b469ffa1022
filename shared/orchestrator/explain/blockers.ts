/**
 * Finds the leaves that block an operation: walks from the operation down through all nested waits, level by level.
 *
 * Invariants: the walk visits no operation twice, so it ends even if waits form a cycle. It visits at most MAX_NODES
 * operations and counts the rest.
 */
import pMap from 'p-map';
import {
  type ActiveOperation,
  isActive,
  type Operation,
  type WaitingOperation,
} from '../../lifecycle/operation.ts';
import { isOperationName, type OperationName } from '../../lifecycle/operation-name.ts';
import { leftOf } from '../../lifecycle/policy.ts';
import { childNames, externalKey, type LaunchRefusal, type OpenWait } from '../../lifecycle/wait.ts';
import type { Orchestrator } from '../orchestrator.ts';
import type { PendingChild } from '../ports/wait-children.ts';
import { type Blocker, MAX_NODES, type Wakes } from './explanation.ts';
import { runningBlocker } from './running-blocker.ts';

export interface Blockers {
  readonly found: readonly Blocker[];
  /** The number of operations that the walk did not visit. */
  readonly more: number;
}

/** The number of operations in memory at once: each may hold several MB. */
const BATCH = 50;
const CONCURRENCY = { concurrency: 8 };

interface Node {
  readonly operation: ActiveOperation;
  readonly waiter?: OperationName;
}

/** An existing child of this deployment, and the operation that waits for it. */
interface Branch {
  readonly name: OperationName;
  readonly waiter: WaitingOperation;
}

export async function blockersOf(orchestrator: Orchestrator, root: ActiveOperation): Promise<Blockers> {
  const walk = new Walk(orchestrator);
  await walk.from({ operation: root });
  return { found: walk.found, more: walk.more };
}

class Walk {
  readonly found: Blocker[] = [];
  more = 0;
  readonly #orchestrator: Orchestrator;
  readonly #seen = new Set<string>();
  /** Operations of the next level. */
  #branches: Branch[] = [];

  constructor(orchestrator: Orchestrator) {
    this.#orchestrator = orchestrator;
  }

  async from(root: Node): Promise<void> {
    this.#seen.add(root.operation.name);
    await this.#look(root);
    while (this.#branches.length > 0) {
      const level = this.#branches;
      this.#branches = [];
      for (let done = 0; done < level.length; done += BATCH) {
        await this.#lookAtAll(level.slice(done, done + BATCH));
      }
    }
  }

  async #lookAtAll(branches: readonly Branch[]): Promise<void> {
    const operations = await this.#orchestrator.store.operations(branches.map(({ name }) => name));
    const looked = await pMap(
      branches,
      async ({ name, waiter }) => {
        const operation = operations.get(name);
        if (operation && isActive(operation)) return this.#blockersAt({ operation, waiter: waiter.name });
        return [await uncounted(this.#orchestrator, waiter, name, operation)];
      },
      CONCURRENCY,
    );
    this.found.push(...looked.flat());
  }

  async #look(node: Node): Promise<void> {
    this.found.push(...(await this.#blockersAt(node)));
  }

  async #blockersAt({ operation, waiter }: Node): Promise<readonly Blocker[]> {
    if (operation.state === 'WAITING') return this.#inWait(operation, waiter);
    const { name, state } = operation;
    const { waitsFor, since, wakes } = await runningBlocker(this.#orchestrator, operation);
    return [{ name, state, waiter, waitsFor, since, wakes }];
  }

  async #inWait(operation: WaitingOperation, waiter: OperationName | undefined): Promise<readonly Blocker[]> {
    const { wait, name, state } = operation;
    const { now, store } = this.#orchestrator;
    const launchRefused = refusalOf(wait);
    if (wait.sleepUntil !== undefined && wait.sleepUntil > now()) {
      const waitsFor = { kind: 'SLEEP', waitId: wait.waitId } as const;
      const wakes: Wakes = { by: wait.execution ? 'workflow' : 'sweep', time: wait.sleepUntil };
      return [{ name, state, waiter, waitsFor, since: wait.startTime, wakes, launchRefused }];
    }
    const progress = await store.progress(wait, () => ({
      pending: MAX_NODES + 1,
      succeeded: 0,
      unsuccessful: 0,
    }));
    const unwanted = unwantedOf(wait.notifications ?? [], progress?.keptNames ?? []);
    const blockers = [
      ...leftOf(wait.notifications ?? [], progress?.keptNames ?? []).map(
        (notification): Blocker => ({
          name,
          state,
          waiter,
          waitsFor: { kind: 'NOTIFICATION', waitId: wait.waitId, notification, unwanted },
          since: wait.startTime,
          wakes: { by: 'deadline', time: wait.deadline },
        }),
      ),
      ...(await this.#children(operation)),
    ];
    if (blockers.length > 0 || (progress?.tally.pending ?? 0) > 0) return blockers;
    // The wait is over, but no call has ended it yet.
    return [
      {
        name,
        state,
        waiter,
        waitsFor: { kind: 'END_OF_WAIT', waitId: wait.waitId },
        since: operation.updateTime,
        wakes: await this.#endOfWait(operation),
        launchRefused,
      },
    ];
  }

  /** Returns the blockers for the children that are leaves. Existing children of this deployment go to the next level. */
  async #children(operation: WaitingOperation): Promise<readonly Blocker[]> {
    const { wait } = operation;
    const { store } = this.#orchestrator;
    const pending = await store.pendingChildren(wait, this.#room + 1);
    // The waits of a level are read at the same time, so only now is it known how many children this one may add.
    const visited = pending.slice(0, this.#room);
    const unseen = visited.filter(({ key }) => !this.#seen.has(key));
    for (const { key } of unseen) this.#seen.add(key);
    if (pending.length > visited.length) {
      const summary = await store.summary(wait, 0, 0);
      this.more += (summary?.counts.PENDING ?? 0) - visited.length;
    }
    const leaves: Blocker[] = [];
    for (const child of unseen) {
      if (isOperationName(child.key) && child.exists)
        this.#branches.push({ name: child.key, waiter: operation });
      else leaves.push(await this.#leaf(operation, child));
    }
    return leaves;
  }

  /** The number of operations that the walk may still visit. */
  get #room(): number {
    return Math.max(0, MAX_NODES - this.#seen.size);
  }

  async #leaf({ wait, name: waiter, lookTime }: WaitingOperation, { key }: PendingChild): Promise<Blocker> {
    const { waitId, startTime: since, deadline, execution } = wait;
    const external = wait.externals.find((candidate) => externalKey(candidate) === key);
    if (external) {
      const wakes: Wakes = execution ? { by: 'workflow' } : { by: 'sweep', time: lookTime };
      const waitsFor = {
        kind: 'EXTERNAL_OPERATION',
        waitId,
        endpoint: external.endpoint,
        failedPoll: wait.failedPolls?.[key],
      } as const;
      const name = childNames(wait)(key);
      return { name, waiter, waitsFor, since, wakes, launchRefused: refusalOf(wait) };
    }
    const start = await this.#startOf(wait);
    const waitsFor = { kind: 'CREATION', waitId, spawned: start !== undefined } as const;
    const wakes: Wakes = start ? { by: 'sweep', time: start } : { by: 'deadline', time: deadline };
    return { name: key, waiter, waitsFor, since, wakes };
  }

  /** When `sweep` creates the remaining children of the wait, or undefined if all of them are created. */
  #startOf(wait: OpenWait): Promise<number | undefined> {
    let start = this.#starts.get(wait.operation);
    if (!start) {
      start = this.#startTime(wait);
      this.#starts.set(wait.operation, start);
    }
    return start;
  }
  readonly #starts = new Map<OperationName, Promise<number | undefined>>();

  async #startTime(wait: OpenWait): Promise<number | undefined> {
    const { store } = this.#orchestrator;
    if (!(await store.nextSpawnPart(wait))) return undefined;
    const entries = await store.outbox(wait.operation);
    return entries.find(({ effect }) => effect.kind === 'startWait' && effect.waitId === wait.waitId)?.due;
  }

  async #endOfWait({ name, wait, lookTime }: WaitingOperation): Promise<Wakes> {
    const entries = await this.#orchestrator.store.outbox(name);
    const start = entries.find(({ effect }) => effect.kind === 'startWait' && effect.waitId === wait.waitId);
    if (start) return { by: 'sweep', time: start.due };
    return wait.execution ? { by: 'workflow' } : { by: 'sweep', time: lookTime };
  }
}

/** The blocker for a pending child that is not active: it has ended and the wait has not counted it yet, or it is gone. */
async function uncounted(
  { store, now }: Orchestrator,
  { wait, lookTime, name: waiter, state }: WaitingOperation,
  child: OperationName,
  operation: Operation | undefined,
): Promise<Blocker> {
  const { waitId, startTime, deadline, execution } = wait;
  if (!operation) {
    const waitsFor = { kind: 'CREATION', waitId, spawned: false } as const;
    return { name: child, waiter, waitsFor, since: startTime, wakes: { by: 'deadline', time: deadline } };
  }
  const entries = await store.outbox(child);
  const settle = entries.find(
    ({ effect }) =>
      effect.kind === 'settleWait' && effect.parent.operation === waiter && effect.parent.waitId === waitId,
  );
  const wakes: Wakes = execution ? { by: 'workflow' } : { by: 'sweep', time: settle?.due ?? lookTime };
  const since = isActive(operation) ? now() : endTimeOf(operation);
  const waitsFor = { kind: 'END_OF_WAIT', waitId } as const;
  return { name: waiter, state, waitsFor, since, wakes, launchRefused: refusalOf(wait) };
}

function endTimeOf(operation: Exclude<Operation, ActiveOperation>): number {
  return operation.state === 'DELETED' ? operation.deleteTime : operation.completeTime;
}

function refusalOf({ refusal, execution }: OpenWait): LaunchRefusal | undefined {
  return execution ? undefined : refusal;
}

/** As many names as a sentence can show. */
const MAX_UNWANTED = 5;

function unwantedOf(wanted: readonly string[], kept: readonly string[]): readonly string[] | undefined {
  const names = [...new Set(kept)].filter((name) => !wanted.includes(name));
  return names.length > 0 ? names.slice(0, MAX_UNWANTED) : undefined;
}
