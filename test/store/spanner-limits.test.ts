/** Every call of the store ends, though Spanner does not answer, and none of them ends the process. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationData } from '../../shared/orchestrator/ports/operation-data.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import { openSpannerStore } from '../../shared/spanner/store.ts';
import { changeOf, newName, openWait, running } from './fixtures.ts';

const LIMITS = { callMs: 1_000, transactionMs: 1_500 };
const NAME = newName();
const WAIT = openWait(NAME, 1);
const EFFECT = { kind: 'publishCompletion' } as const;
const READS = { operation: NAME, eventId: 'e' };

const CALLS: {
  readonly [K in keyof Omit<OperationStore, 'close' | 'data'>]: (store: OperationStore) => Promise<unknown>;
} = {
  commit: (store) => store.commit(READS, () => changeOf(running(NAME), 'e')),
  commitAll: (store) => store.commitAll([{ reads: READS, decide: () => undefined }]),
  operation: (store) => store.operation(NAME),
  operations: (store) => store.operations([NAME]),
  inspection: (store) => store.inspection(NAME, { history: 1, waits: 1 }),
  history: (store) => store.history(NAME, 1),
  activeChildren: (store) => store.activeChildren(NAME, 1),
  list: (store) => store.list({ condition: { kind: 'all', of: [] }, limit: 1 }),
  wait: (store) => store.wait(WAIT),
  waits: (store) => store.waits(NAME, 0, 1),
  progress: (store) => store.progress(WAIT, () => ({ pending: 1, succeeded: 1, unsuccessful: 1 })),
  summary: (store) => store.summary(WAIT, 1, 1),
  listChildren: (store) => store.listChildren(WAIT, { from: 0, limit: 1, maxBytes: 1 }),
  pendingChildren: (store) => store.pendingChildren(WAIT, 1),
  noteFailedPolls: (store) => store.noteFailedPolls(WAIT, {}),
  recordOutcomes: (store) => store.recordOutcomes(WAIT, [{ key: 'x', outcome: 'FAILED' }]),
  catchUpChildren: (store) => store.catchUpChildren(WAIT),
  nextSpawnPart: (store) => store.nextSpawnPart(WAIT),
  markPartMade: (store) => store.markPartMade({ ...WAIT, part: 0 }),
  recordLaunch: (store) => store.recordLaunch(WAIT, { execution: 'x' }, 1),
  postponeLook: (store) => store.postponeLook(WAIT, 1),
  outbox: (store) => store.outbox(NAME),
  removeEffects: (store) => store.removeEffects(NAME, [EFFECT]),
  postponeEffect: (store) => store.postponeEffect(NAME, EFFECT, 1),
  dueEffects: (store) => store.dueEffects(1, 1),
  dueOperations: (store) => store.dueOperations(1, 1),
  backlog: (store) => store.backlog(1, 1),
  nextDueTime: (store) => store.nextDueTime(),
  postponeDue: (store) => store.postponeDue({ name: NAME, method: '', dueTime: 1 }, 2),
  lastSweepTime: (store) => store.lastSweepTime(),
  noteSweep: (store) => store.noteSweep(1, 1),
  expire: (store) => store.expire(1),
};

const DATA_CALLS: { readonly [K in keyof OperationData]: (store: OperationStore) => Promise<unknown> } = {
  history: ({ data }) => data.history(NAME, 0, 1),
  notifications: ({ data }) => data.notifications(NAME, 0, 1),
  spawnParts: ({ data }) => data.spawnParts(WAIT, 0, 1),
  forgetSpawned: ({ data }) => data.forgetSpawned(NAME, NAME),
  erase: ({ data }) => data.erase(NAME),
};

function renamed<T>(calls: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [`data.${name}`, call]));
}

/** What a server makes of a connection; how the store's calls then end. */
const SERVERS: readonly (readonly [string, (socket: Socket) => void])[] = [
  ['accepts and is silent', () => {}],
  ['hangs up', (socket) => socket.destroy()],
];

describe.each(SERVERS)('where Spanner %s', (_, onConnection) => {
  const host = process.env.SPANNER_EMULATOR_HOST;
  const sockets = new Set<Socket>();
  let server: Server;
  let store: OperationStore;
  beforeAll(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    process.env.SPANNER_EMULATOR_HOST = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    store = await openSpannerStore({ project: 'p', instance: 'none', database: 'none' }, LIMITS);
  });
  afterAll(async () => {
    await store.close().catch(() => undefined);
    for (const socket of sockets) socket.destroy();
    server.close();
    if (host === undefined) delete process.env.SPANNER_EMULATOR_HOST;
    else process.env.SPANNER_EMULATOR_HOST = host;
  });

  it.concurrent.each(Object.entries({ ...CALLS, ...renamed(DATA_CALLS) }))(
    '%s ends with a failure that may pass',
    async (__, call) => {
      await expect(call(store)).rejects.toMatchObject({ name: 'Failure', kind: 'unavailable' });
    },
  );
});
