/** Calls of a store on a few operations, which decide by what they read. */
import fc from 'fast-check';
import { isActive, isTerminal, type Operation } from '../../shared/lifecycle/operation.ts';
import { type OperationName, operationName } from '../../shared/lifecycle/operation-name.ts';
import type { NameHolder, SpawnedChild } from '../../shared/lifecycle/spawn.ts';
import { externalKey } from '../../shared/lifecycle/wait.ts';
import type { Change, Snapshot } from '../../shared/orchestrator/ports/commit.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import {
  begun,
  changeOf,
  deleted,
  EVERYTHING,
  ended,
  failed,
  NOW,
  openWait,
  order,
  running,
  succeeded,
  UNLIMITED_BYTES,
  waitingFor,
} from './fixtures.ts';

/** An operation that the database of a test refuses to create. */
export const POISON = operationName('poison');

export interface StoreCall {
  readonly text: string;
  readonly isWrite: boolean;
  readonly isPoison: boolean;
  /** Whether the call leaves out operations that have changed in this moment. It is made when everything is durable. */
  readonly isOnSettled: boolean;
  run(store: OperationStore): Promise<unknown>;
  [fc.toStringMethod](): string;
}

const NAMES = ['a', 'b', 'c', 'd'].map((name) => operationName(name));
const EXTERNAL = { name: 'operations/x', endpoint: 'https://x.test', audience: 'x' };

const name = fc.constantFrom(...NAMES);
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 4 });
/** The event that began a wait, which gives it its id. */
const eventId = fc.constantFrom('one', 'two');
const ref = fc.record({ operation: name, waitId: eventId });

type Decide = (snapshot: Snapshot) => Change | undefined;

function write(text: string, run: (store: OperationStore) => Promise<unknown>, isPoison = false): StoreCall {
  return { text, isWrite: true, isPoison, isOnSettled: false, run, [fc.toStringMethod]: () => text };
}

function read(text: string, run: (store: OperationStore) => Promise<unknown>): StoreCall {
  return { text, isWrite: false, isPoison: false, isOnSettled: false, run, [fc.toStringMethod]: () => text };
}

/** Reads everything that a commit can read, and answers what it has read. */
function event(
  text: string,
  operation: OperationName,
  id: string,
  others: readonly OperationName[],
  decide: Decide,
) {
  const reads = {
    operation,
    eventId: id,
    waits: true,
    waiters: true,
    names: others,
    parent: others[0],
    reservation: true,
    kept: true,
  };
  return write(`${text} ${operation} ${id} ${others}`, async (store) => {
    const { snapshot } = await store.commit(reads, (found) => (found.duplicate ? undefined : decide(found)));
    // Of several parents that have reserved the name, any may be named.
    return { ...snapshot, reservedFor: snapshot.reservedFor !== undefined };
  });
}

function spawned(child: OperationName, parent: OperationName): SpawnedChild {
  return {
    name: child,
    key: child.slice(11),
    creation: { method: 'acme.v1.Work', parent, labels: {} },
  } as SpawnedChild;
}

function created(operation: OperationName, parent?: OperationName): Operation {
  return running(operation, {
    creation: { value: { method: 'acme.v1.Work', parent, labels: {} }, order: order('1') },
  } as never);
}

const creation = fc
  .record({ operation: name, parent: name })
  .map(({ operation, parent }) =>
    event('create', operation, 'create', [parent], ({ operation: found }) =>
      found ? undefined : changeOf(created(operation, parent), 'create'),
    ),
  );

const creations = names.map((all) =>
  write(`createAll ${all}`, async (store) => {
    const committed = await store.commitAll(
      all.map((operation) => ({
        reads: { operation, eventId: 'create', waits: true },
        decide: ({ operation: found, duplicate }) =>
          found || duplicate ? undefined : changeOf(created(operation), 'create'),
      })),
    );
    return committed.map(({ snapshot }) => snapshot);
  }),
);

const beginning = fc
  .record({
    operation: name,
    id: eventId,
    children: names,
    spawns: fc.boolean(),
    isExternal: fc.boolean(),
    isGone: fc.boolean(),
  })
  .map(({ operation, id, children, spawns, isExternal, isGone }) => {
    const others = children.filter((child) => child !== operation);
    return event(
      `begin${spawns ? 'S' : ''}${isExternal ? 'X' : ''}${isGone ? 'G' : ''}`,
      operation,
      id,
      others,
      (found) => {
        if (found.operation?.state !== 'RUNNING') return undefined;
        const spawn = spawns ? others.filter((child) => !isThere(found.nameHolders.get(child))) : [];
        const externals = isExternal ? [EXTERNAL] : [];
        const keys = [...others, ...externals.map(externalKey)];
        const gone = isGone ? others.filter((child) => found.nameHolders.get(child)?.deleted) : [];
        const wait = openWait(operation, keys.length, { waitId: id, externals });
        return changeOf(waitingFor(found.operation, wait), id, {
          begun: begun(wait, keys, {
            spawn: spawn.map((child) => spawned(child, operation)),
            spawnKeys: new Map(spawn.map((child) => [child as string, child.slice(11)])),
            gone,
          }),
        });
      },
    );
  });

/** As in the lifecycle: an operation whose `created` event has not arrived is created by the wait. */
function isThere(holder: NameHolder | undefined): boolean {
  return holder !== undefined && (holder.deleted || holder.creation !== undefined);
}

const ending = fc.record({ operation: name, isMissing: fc.boolean() }).map(({ operation, isMissing }) =>
  event('end', operation, 'end', [], ({ operation: found }) => {
    if (found?.state !== 'WAITING') return undefined;
    const missing = isMissing ? NAMES : undefined;
    const over = ended(found.wait, {
      kind: 'RESUMED',
      cause: 'DEADLINE',
      by: 'sweep',
      time: NOW + 7,
      missing,
    });
    const { history: _, ...change } = changeOf(running(operation, found), 'end', { ended: over });
    return { ...change, operation: createdFrom(found) };
  }),
);

function createdFrom({ name: operation, creation: of }: Operation): Operation {
  return running(operation, of ? { creation: of } : {});
}

const finishing = fc
  .record({ operation: name, outcome: fc.constantFrom('SUCCEEDED' as const, 'FAILED' as const) })
  .map(({ operation, outcome }) =>
    event(`finish ${outcome}`, operation, 'finish', [], ({ operation: found, waits }) => {
      // The last event of an operation may arrive before its `created`.
      if (found && !isActive(found)) return undefined;
      const of = found?.creation;
      const next = (outcome === 'SUCCEEDED' ? succeeded : failed)(
        running(operation, of ? { creation: of } : {}),
      );
      return changeOf(next, 'finish', {
        finished: { waits, outcome },
        ended:
          found?.state === 'WAITING'
            ? ended(found.wait, { kind: 'ABANDONED', reason: 'TERMINAL', time: NOW + 8 })
            : undefined,
        effects: [{ kind: 'publishCompletion' }],
      });
    }),
  );

const deletion = name.map((operation) =>
  event('delete', operation, 'delete', [], ({ operation: found }) =>
    found && isTerminal(found) ? changeOf(deleted(operation), 'delete') : undefined,
  ),
);

const progress = fc
  .record({ operation: name, id: fc.integer({ min: 0, max: 30 }) })
  .map(({ operation, id }) =>
    event('progress', operation, `progress-${id}`, [], ({ operation: found }) =>
      found && isActive(found) ? changeOf({ ...found, updateTime: NOW + id }, `progress-${id}`) : undefined,
    ),
  );

const rareWrites = fc.oneof(
  fc
    .record({ of: ref, keys: names, outcome: fc.constantFrom('SUCCEEDED' as const, 'NOT_FOUND' as const) })
    .map(({ of, keys, outcome }) =>
      write(`outcomes ${of.operation} ${of.waitId} ${keys} ${outcome}`, (store) => {
        const result = { response: { typeUrl: 'type.test/x', value: new Uint8Array([1, 2]) } };
        const external = { key: externalKey(EXTERNAL), outcome, result };
        return store.recordOutcomes(of, [...keys.map((key) => ({ key, outcome })), external]);
      }),
    ),
  ref.map((of) => write(`catchUp ${of.operation} ${of.waitId}`, (store) => store.catchUpChildren(of))),
  fc
    .record({ of: ref, part: fc.constantFrom(0, 1) })
    .map(({ of, part }) =>
      write(`made ${of.operation} ${of.waitId} ${part}`, (store) => store.markPartMade({ ...of, part })),
    ),
  fc
    .record({ of: ref, isLaunched: fc.boolean() })
    .map(({ of, isLaunched }) =>
      write(`launch ${of.operation} ${of.waitId} ${isLaunched}`, (store) =>
        store.recordLaunch(
          of,
          isLaunched ? { execution: 'execution' } : { refusal: { reason: 'no', time: NOW } },
          NOW + 99,
        ),
      ),
    ),
  ref.map((of) =>
    write(`polls ${of.operation} ${of.waitId}`, (store) =>
      store.noteFailedPolls(of, { [externalKey(EXTERNAL)]: { status: 500, time: NOW } }),
    ),
  ),
  ref.map((of) =>
    write(`look ${of.operation} ${of.waitId}`, (store) =>
      store.postponeLook(openWait(of.operation, 0, { waitId: of.waitId }), NOW + 55),
    ),
  ),
  fc
    .record({ operation: name, dueTime: fc.constantFrom(NOW + 99, NOW + 55, NOW + 86_400_000) })
    .map(({ operation, dueTime }) =>
      write(`postponeDue ${operation} ${dueTime}`, (store) =>
        store.postponeDue({ name: operation, method: '', dueTime }, NOW + 77),
      ),
    ),
  name.map((operation) =>
    write(`removeEffects ${operation}`, (store) =>
      store.removeEffects(operation, [{ kind: 'publishCompletion' }]),
    ),
  ),
  fc.constant({ ...write('expire', (store) => store.expire(NOW * 3)), isOnSettled: true }),
  fc
    .record({ parent: name, child: name })
    .map(({ parent, child }) =>
      write(`forgetSpawned ${parent} ${child}`, (store) => store.data.forgetSpawned(parent, child)),
    ),
  fc.constant(
    write(
      'poison',
      async (store) => {
        const { snapshot } = await store.commit({ operation: POISON, eventId: 'create' }, ({ operation }) =>
          operation ? undefined : changeOf(running(POISON), 'create'),
        );
        return snapshot;
      },
      true,
    ),
  ),
);

const reads = fc.oneof(
  name.map((operation) => read(`operation ${operation}`, (store) => store.operation(operation))),
  names.map((all) => read(`operations ${all}`, (store) => store.operations(all))),
  name.map((operation) =>
    read(`inspection ${operation}`, (store) => store.inspection(operation, { history: 50, waits: 10 })),
  ),
  ref.map((of) => read(`wait ${of.operation} ${of.waitId}`, (store) => store.wait(of))),
  ref.map((of) =>
    read(`progress ${of.operation} ${of.waitId}`, (store) => store.progress(of, () => EVERYTHING)),
  ),
  ref.map((of) =>
    read(`summary ${of.operation} ${of.waitId}`, (store) => store.summary(of, 100, UNLIMITED_BYTES)),
  ),
  ref.map((of) =>
    read(`listChildren ${of.operation} ${of.waitId}`, (store) =>
      store.listChildren(of, { from: 0, limit: 100, maxBytes: UNLIMITED_BYTES }),
    ),
  ),
  ref.map((of) => read(`pending ${of.operation} ${of.waitId}`, (store) => store.pendingChildren(of, 100))),
  ref.map((of) => read(`nextPart ${of.operation} ${of.waitId}`, (store) => store.nextSpawnPart(of))),
  name.map((operation) => read(`active ${operation}`, (store) => store.activeChildren(operation, 100))),
  name.map((operation) => read(`outbox ${operation}`, (store) => store.outbox(operation))),
  fc.constant(read('due', (store) => store.dueOperations(NOW * 2, 100))),
);

export const storeCalls: fc.Arbitrary<StoreCall> = fc.oneof(
  { weight: 4, arbitrary: creation },
  { weight: 2, arbitrary: creations },
  { weight: 6, arbitrary: beginning },
  { weight: 2, arbitrary: ending },
  { weight: 4, arbitrary: finishing },
  { weight: 1, arbitrary: deletion },
  { weight: 2, arbitrary: progress },
  { weight: 10, arbitrary: rareWrites },
  { weight: 10, arbitrary: reads },
);
