/**
 * Spanner carries out a call, and its answer is lost: every event is applied once. If it was a commit, the call that made it finds that out,
 * carries out the effects, and refuses nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_DISPATCH } from '../../shared/lifecycle/dispatch.ts';
import type { LifecycleEvent, WorkerEvent } from '../../shared/lifecycle/event.ts';
import { type OperationName, operationId } from '../../shared/lifecycle/operation-name.ts';
import { EMPTY_RESPONSE } from '../../shared/lifecycle/result.ts';
import { applyEvent } from '../../shared/orchestrator/apply-event.ts';
import { cancelOperation } from '../../shared/orchestrator/cancel-operation.ts';
import { createOperation } from '../../shared/orchestrator/create-operation.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { rerunOperation } from '../../shared/orchestrator/rerun-operation.ts';
import { commit, commitAll } from '../../shared/spanner/commit.ts';
import type { Connection } from '../../shared/spanner/connection.ts';
import { connect } from '../../shared/spanner/database.ts';
import { databaseReader } from '../../shared/spanner/reader.ts';
import { openSpannerStore } from '../../shared/spanner/store.ts';
import { tablesOf } from '../../shared/spanner/tables.ts';
import { transactionsOf } from '../../shared/spanner/transactions.ts';
import { type Answer, LostAnswerProxy } from '../faults/real/lost-answer-proxy.ts';
import { Harness, waiting } from '../orchestrator/harness.ts';
import { newName } from './fixtures.ts';
import { newSpannerDatabase, spannerHost } from './implementations.ts';

/** The client library runs a transaction again after it. */
const INTERNAL: Answer = { kind: 'status', code: 13, message: 'Received RST_STREAM with code 2' };
const ANSWERS: Readonly<Record<string, Answer>> = {
  CANCELLED: { kind: 'status', code: 1, message: 'cancelled' },
  UNKNOWN: { kind: 'status', code: 2, message: 'unknown' },
  DEADLINE_EXCEEDED: { kind: 'status', code: 4, message: 'too late' },
  ABORTED: { kind: 'status', code: 10, message: 'aborted' },
  INTERNAL,
  UNAVAILABLE: { kind: 'status', code: 14, message: 'lost' },
  'a reset stream': { kind: 'reset' },
  'a closed connection': { kind: 'hangUp' },
};

const LOST: Answer = { kind: 'status', code: 4, message: 'too late' };
/** Dispatched, so that a worker gets a START. */
const creation = { method: 'm', labels: {}, dispatch: DEFAULT_DISPATCH };

describe.skipIf(spannerHost === undefined)('an answer of Spanner that is lost', () => {
  /** What is spoiled: the first call of each method, after so many that are answered. */
  let spoiled = new Map<string, { readonly answer: Answer; skip: number }>();
  let proxy: LostAnswerProxy;
  let store: OperationStore;
  let connection: Connection;

  beforeAll(async () => {
    const location = await newSpannerDatabase();
    proxy = await LostAnswerProxy.start(spannerHost ?? '', (method) => {
      const found = spoiled.get(method);
      if (!found || found.skip-- > 0) return undefined;
      spoiled.delete(method);
      return found.answer;
    });
    process.env.SPANNER_EMULATOR_HOST = proxy.host;
    store = await openSpannerStore(location);
    connection = await connect(location);
    // The client makes its sessions.
    await store.operation(newName());
  });
  afterAll(async () => {
    process.env.SPANNER_EMULATOR_HOST = spannerHost;
    await store?.close();
    await connection?.close();
    await proxy?.stop();
  });

  /** The store with the transactions of a deployment, which the client library itself repeats. */
  function deployedStore(): OperationStore {
    const tables = tablesOf();
    const transactions = transactionsOf(connection, tables);
    const reader = databaseReader(connection, tables, 15_000);
    return {
      ...store,
      commit: (reads, decide) => commit(transactions, reader, reads, decide),
      commitAll: (commits) => commitAll(transactions, commits),
    };
  }

  async function spoil<T>(
    methods: readonly string[],
    answer: Answer,
    work: () => Promise<T>,
    skip = 0,
  ): Promise<T> {
    spoiled = new Map(methods.map((method) => [method, { answer, skip }]));
    try {
      return await work();
    } finally {
      spoiled.clear();
    }
  }

  /** Applies the event again until it is applied, as the bus does, and returns how often it was refused. */
  async function deliver(harness: Harness, event: LifecycleEvent): Promise<number> {
    for (let refusals = 0; ; refusals++) {
      try {
        await applyEvent(harness.orchestrator, event);
        return refusals;
      } catch (error) {
        if (!(error instanceof Failure) || error.kind !== 'unavailable' || refusals > 5) throw error;
      }
    }
  }

  /** A parent waits for a child. Spoils the first call of each method for each event. Returns how often an event was refused. */
  async function play(harness: Harness, methods: readonly string[], answer: Answer): Promise<number> {
    const [parent, child] = [newName(), newName()];
    const succeeded = { type: 'succeeded', response: EMPTY_RESPONSE } as const;
    let refusals = 0;
    for (const event of [
      harness.event(parent, { type: 'created', creation: { method: 'm', labels: {} } }),
      harness.event(child, { type: 'created', creation: { method: 'm', labels: {}, parent } }),
      harness.event(parent, waiting(harness.now, [child])),
      harness.event(child, succeeded),
      harness.event(parent, succeeded),
    ]) {
      refusals += await spoil(methods, answer, () => deliver(harness, event));
    }
    expect(await linesOf(parent)).toEqual(['succeeded', 'resumed', 'waiting', 'created']);
    expect(await linesOf(child)).toEqual(['succeeded', 'created']);
    expect(new Set(harness.resumes(parent).map(({ eventId }) => eventId)).size).toBe(1);
    for (const { children } of harness.resumes(parent)) expect(children.counts).toEqual({ SUCCEEDED: 1 });
    expect(new Set(harness.completions.map(({ name }) => name))).toEqual(new Set([parent, child]));
    for (const name of [parent, child]) expect(await store.outbox(name)).toEqual([]);
    return refusals;
  }

  async function linesOf(name: OperationName): Promise<readonly string[]> {
    const lines = await store.history(name, 10);
    return lines.map(({ type, outcome }) => (outcome === 'APPLIED' ? type : `${type} ${outcome}`));
  }

  it.each(Object.entries(ANSWERS))(
    '%s in place of the answer to each commit: no event is refused',
    async (_, answer) => {
      expect(await play(new Harness(store), ['Commit'], answer)).toBe(0);
    },
  );

  it('INTERNAL in place of the answer to a commit of a deployment: the event is not refused', async () => {
    const harness = new Harness(deployedStore());
    const name = newName();
    const event = harness.event(name, { type: 'created', creation });
    expect(await spoil(['Commit'], INTERNAL, () => deliver(harness, event))).toBe(0);
    expect(harness.signals).toHaveLength(1);
    expect(await linesOf(name)).toEqual(['created']);
    expect(await store.outbox(name)).toEqual([]);
  });

  it.each(['CANCELLED', 'DEADLINE_EXCEEDED', 'ABORTED', 'a closed connection'])(
    '%s in place of the answer to reads: nothing is lost or doubled',
    async (name) => {
      await play(new Harness(store), ['ExecuteStreamingSql', 'StreamingRead'], ANSWERS[name] as Answer);
    },
  );

  it('all sessions deleted: reads and commits go on with new ones', async () => {
    const harness = new Harness(store);
    const name = newName();
    await harness.create(name);
    await deleteSessions();
    await expect(store.operation(name)).resolves.toMatchObject({ name });
    await deleteSessions();
    await harness.succeed(name);
    expect(await linesOf(name)).toEqual(['succeeded', 'created']);
  });

  it('all sessions of a deployment deleted: commits and writes go on with new ones', async () => {
    const harness = new Harness(deployedStore());
    const name = newName();
    await harness.create(name);
    await deleteSessions();
    // The commit comes first, then the removal of the effect from the outbox.
    await harness.succeed(name);
    expect(await linesOf(name)).toEqual(['succeeded', 'created']);
    expect(await store.outbox(name)).toEqual([]);
  });

  async function deleteSessions(): Promise<void> {
    const [sessions] = await connection.database.getSessions();
    await Promise.all(sessions.map((session) => session.delete()));
  }

  it('a lost answer to the commit that creates spawned children: each gets its START at once', async () => {
    const harness = new Harness(store);
    const parent = newName();
    const children = [newName(), newName()];
    await harness.create(parent);
    const spawn = children.map((name) => ({ name, key: name, creation: { ...creation, parent } }));
    const event = waiting(harness.now, [], { childCount: children.length });
    // The first commit begins the wait.
    await spoil(['Commit'], LOST, () => harness.apply(parent, { ...event, spawn } as WorkerEvent), 1);
    const starts = harness.signals.filter(({ kind }) => kind === 'START');
    expect(new Set(starts.map(({ operation }) => operation))).toEqual(new Set(children));
    for (const name of [parent, ...children]) expect(await store.outbox(name)).toEqual([]);
  });

  it('a lost answer to a create, a rerun and a cancel: each is answered, and carried out at once', async () => {
    const harness = new Harness(store);
    const { orchestrator } = harness;
    const name = newName();
    await spoil(['Commit'], LOST, () =>
      createOperation(orchestrator, { operationId: operationId(name), creation }),
    );
    await spoil(['Commit'], LOST, () => cancelOperation(orchestrator, name));
    // No worker has the START, so the cancel ends the operation.
    expect(harness.completions.map((completed) => completed.name)).toEqual([name]);
    const run = await spoil(['Commit'], LOST, () =>
      rerunOperation(orchestrator, { operation: name, from: 'START', failedChildrenOnly: false }),
    );
    expect(run.name).toBe(`${name}~2`);
    expect(await store.operation(`${name}~3` as OperationName)).toBeUndefined();
    expect(harness.signals.map(({ kind, operation }) => `${kind} ${operation}`)).toEqual([
      `START ${name}`,
      `START ${name}~2`,
    ]);
  });
});
