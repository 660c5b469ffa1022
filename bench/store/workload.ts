/** The writes of the benchmark: operations in the form of the orchestrator, each from its creation to its delivery. */
import type { EventOrder } from '../../shared/lifecycle/event-order.ts';
import {
  inPhase,
  isTerminal,
  type Operation,
  type TerminalOperation,
} from '../../shared/lifecycle/operation.ts';
import type { OperationFacts } from '../../shared/lifecycle/operation-facts.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import type { Change } from '../../shared/orchestrator/ports/commit.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';

const NOW = 1_764_000_000_000;
const DAY = 86_400_000;
export const COMPLETION = { kind: 'publishCompletion' } as const;

export function factsOf(id: string): OperationFacts {
  return {
    ...{ name: operationName(id), cancelRequest: 'NONE', createTime: NOW, updateTime: NOW },
    attempts: [{ number: 1, startTime: 0 }],
    tries: 1,
    resumption: { kind: 'START' },
    keptNotifications: 0,
    creation: {
      order: `0/063899596800000000000/create-${id}` as EventOrder,
      value: { method: 'bench.v1.Work', labels: {} },
    },
  };
}

export function running(facts: OperationFacts): Operation {
  return inPhase(facts, { state: 'RUNNING', handover: { kind: 'UNWATCHED' } });
}

export function succeeded(facts: OperationFacts): TerminalOperation {
  return inPhase(facts, {
    ...{ state: 'SUCCEEDED', completeTime: NOW + 9, expireTime: NOW + DAY, terminalEventId: 'succeed-1' },
    response: { typeUrl: 'type.googleapis.com/google.protobuf.Struct', value: new Uint8Array(64).fill(7) },
  });
}

export function changeOf(operation: Operation, eventId: string): Change {
  const over = isTerminal(operation);
  const type = over ? 'succeeded' : 'created';
  return {
    operation,
    history: { eventId, type, occurTime: NOW, recordTime: NOW, outcome: 'APPLIED' },
    effects: over ? [COMPLETION] : [],
    effectsDue: NOW + 60_000,
  };
}

/** Two commits and the removal of an effect. */
export async function live(store: OperationStore, id: string): Promise<void> {
  const facts = factsOf(id);
  const operation = facts.name;
  const [create, succeed] = [`create-${id}`, `succeed-${id}`];
  await store.commit({ operation, eventId: create }, () => changeOf(running(facts), create));
  await store.commit({ operation, eventId: succeed, waits: true }, ({ operation: found }) =>
    changeOf(succeeded(found ?? facts), succeed),
  );
  await store.removeEffects(operation, [COMPLETION]);
}
