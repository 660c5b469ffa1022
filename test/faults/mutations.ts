/** Planted mistakes that the suite has to find. Each is of a kind that occurs in systems like this one. */
import type { Effect } from '../../shared/lifecycle/effect.ts';
import { isTerminal } from '../../shared/lifecycle/operation.ts';
import type { Change, OperationStore, Snapshot } from '../../shared/orchestrator/ports/store.ts';
import type { Mutation } from './mutation.ts';
import type { OutsidePorts } from './world/outside.ts';

/** Returns the ports with some methods of the store replaced. */
function withStore(change: (store: OperationStore) => Partial<OperationStore>): Mutation['ports'] {
  return (ports: OutsidePorts) => ({ ...ports, store: { ...ports.store, ...change(ports.store) } });
}

type Decide = (snapshot: Snapshot) => Change | undefined;

/** Returns the store with every decision changed. */
function withDecisions(change: (decide: Decide) => Decide): Mutation['ports'] {
  return withStore((store) => ({
    commit: (reads, decide) => store.commit(reads, change(decide) as typeof decide),
    commitAll: (commits) =>
      store.commitAll(
        commits.map(({ reads, decide }) => ({ reads, decide: change(decide) as typeof decide })),
      ),
  }));
}

function withChanges(change: (change: Change) => Change): Mutation['ports'] {
  return withDecisions((decide) => (snapshot) => {
    const decided = decide(snapshot);
    return decided && change(decided);
  });
}

const isSignal = ({ kind }: Effect) => kind.startsWith('signal');

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'the dedupe record is not looked at',
    foundIn: 'a cancel ends a wait, and goes down to the children',
    ports: withDecisions((decide) => (snapshot) => decide({ ...snapshot, duplicate: false })),
  },
  {
    name: 'a message is acknowledged before it is applied',
    foundIn: 'a worker takes a START and succeeds',
    acknowledgesFirst: true,
  },
  {
    name: 'the outbox is written in a second transaction',
    foundIn: 'a worker takes a START and succeeds',
    ports: withStore((store) => ({
      async commit(reads, decide) {
        let whole: Change | undefined;
        const committed = await store.commit(reads, (snapshot) => {
          whole = decide(snapshot);
          return (whole && { ...whole, effects: [] }) as ReturnType<typeof decide>;
        });
        const { effects = [], effectsDue = 0 } = whole ?? {};
        if (effects.length > 0) {
          await store.commit({ operation: reads.operation }, ({ operation }): Change | undefined => {
            return operation && { operation, effects, effectsDue };
          });
        }
        return { ...committed, change: whole as typeof committed.change };
      },
    })),
  },
  {
    name: 'an effect is removed from the outbox before it is carried out',
    foundIn: 'a worker takes a START and succeeds',
    ports: withStore((store) => ({
      async outbox(name) {
        const entries = await store.outbox(name);
        await store.removeEffects(
          name,
          entries.map(({ effect }) => effect),
        );
        return entries;
      },
      async dueEffects(now, limit) {
        const entries = await store.dueEffects(now, limit);
        for (const { operation, effect } of entries) await store.removeEffects(operation, [effect]);
        return entries;
      },
    })),
  },
  {
    name: 'sweep delivers nothing that was left behind',
    foundIn: 'with push off, the workflow finds the children done',
    ports: withStore(() => ({
      dueEffects: async () => [],
      outbox: async () => [],
    })),
  },
  {
    name: 'sweep does not look at what is due',
    foundIn: 'an attempt fails, and the next one succeeds',
    ports: withStore(() => ({ dueOperations: async () => [] })),
  },
  {
    name: 'children that ended before the wait began are not caught up with',
    foundIn: 'the children end before their parent waits',
    ports: withStore(() => ({ catchUpChildren: async () => {} })),
  },
  {
    name: 'the outcome of a child is not in the commit that ends it',
    foundIn: 'a parent waits for two children',
    ports: withChanges(({ finished: _, ...change }) => change),
  },
  {
    name: 'a part of a spawn is marked as made before it is',
    foundIn: 'a parent spawns children in batches',
    ports: withStore((store) => ({
      async nextSpawnPart(ref) {
        const part = await store.nextSpawnPart(ref);
        if (part) await store.markPartMade(part);
        return part;
      },
      markPartMade: async () => {},
    })),
  },
  {
    name: 'a lease is lost that could not be renewed while nothing swept',
    foundIn: 'the orchestrator is down for ten leases, and the worker goes on meanwhile',
    ports: withStore((store) => ({
      async noteSweep(now, maxGapMs) {
        await store.noteSweep(now, maxGapMs);
        return 0;
      },
    })),
  },
  {
    name: 'attempts do not fence: events count for whichever attempt is current',
    foundIn: 'a worker stops for two leases and goes on when another one has taken over',
    withoutFence: true,
  },
  {
    name: 'a signal gets another id with each sending',
    foundIn: 'a parent waits for two children',
    ports: (ports) => {
      let number = 0;
      const { publisher } = ports;
      const publishSignal: typeof publisher.publishSignal = (signal) =>
        publisher.publishSignal({ ...signal, eventId: `${signal.eventId}-${++number}:1` });
      return { ...ports, publisher: { ...publisher, publishSignal } };
    },
  },
  {
    name: 'a completion is published before the commit',
    foundIn: 'a worker takes a START and succeeds',
    ports: (ports) => ({
      ...ports,
      store: {
        ...ports.store,
        async commit(reads, decide) {
          let early: Change | undefined;
          await ports.store.commit(reads, (snapshot) => {
            early = decide(snapshot);
            return undefined as ReturnType<typeof decide>;
          });
          const operation = early?.operation;
          if (operation && isTerminal(operation)) await ports.publisher.publishCompletion(operation);
          return ports.store.commit(reads, decide);
        },
      },
    }),
  },
  {
    name: 'signals are not in the outbox, but sent by the call that commits',
    foundIn: 'a worker takes a START and succeeds',
    ports: (ports) => ({
      ...ports,
      store: {
        ...ports.store,
        outbox: async (name) => (await ports.store.outbox(name)).filter(({ effect }) => !isSignal(effect)),
        dueEffects: async (now, limit) => {
          const entries = await ports.store.dueEffects(now, limit);
          return entries.filter(({ effect }) => !isSignal(effect));
        },
      },
    }),
  },
];
