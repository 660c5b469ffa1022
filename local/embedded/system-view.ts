/** The state of the embedded system, as the console shows it. */
import type { DeadLetter, SweepRun, SystemView } from '../../console/server/system-view.ts';
import type { Executor } from '../../executor/index.ts';
import { LIMITS } from '../../executor/limits.ts';
import { REDACTED } from '../../shared/messages/redaction.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';
import {
  COMPLETIONS_SUBSCRIPTION,
  DEAD_LETTERS_SUBSCRIPTION,
  DEFAULT_TOPICS,
  LIFECYCLE_SUBSCRIPTION,
  SIGNALS_SUBSCRIPTION,
} from '../../shared/pubsub/topology.ts';
import type { Bus } from '../bus/bus.ts';
import type { PulledMessage } from '../bus/pulled-message.ts';
import type { UsageCounter } from './usage-counter.ts';

export interface EmbeddedParts {
  readonly bus: Bus;
  readonly executor: Executor;
  readonly store: OperationStore;
  readonly usage: UsageCounter;
  readonly now: () => number;
  readonly parts: () => Readonly<Record<string, string>>;
  readonly lastSweep: () => SweepRun | undefined;
  readonly sweepIntervalMs: number;
  /** Whether the data of dead letters is not shown. */
  readonly hidesData: boolean;
}

const SUBSCRIPTIONS: readonly (readonly [name: string, what: string])[] = [
  [LIFECYCLE_SUBSCRIPTION, 'events to apply'],
  [SIGNALS_SUBSCRIPTION, 'signals that no worker has acknowledged'],
  [COMPLETIONS_SUBSCRIPTION, 'completions that no subscriber has acknowledged'],
  [DEAD_LETTERS_SUBSCRIPTION, 'events that could not be applied'],
];
/** The effects are counted up to this number. */
const MAX_COUNT = 1_000;
const MAX_PULLED = 1_000;
/**
 * The number of bytes of a dead letter's data that are shown. More would slow down the list. Only a dead letter that is
 * shown completely can be published again from the console.
 */
const MAX_DATA_BYTES = 256 * 1024;

export function embeddedSystemView(system: EmbeddedParts): SystemView {
  const { bus, executor, store, usage, now } = system;
  const startTime = now();

  const effects = async () => {
    const due = await store.dueEffects(now(), MAX_COUNT + 1);
    return {
      name: 'outbox',
      what: 'effects that are due to be carried out again',
      count: Math.min(due.length, MAX_COUNT),
      more: due.length > MAX_COUNT,
      isOptional: false,
    };
  };

  /** Reads dead letters like the console of Pub/Sub does: pulls them, and gives back those that stay. */
  const withDeadLetters = async <T>(
    limit: number,
    use: (letters: readonly PulledMessage[]) => Promise<T>,
  ) => {
    const letters = await bus.pull(DEAD_LETTERS_SUBSCRIPTION, { maxMessages: limit });
    try {
      return await use(letters);
    } finally {
      // A message that was acknowledged does not come back by this.
      const ackIds = letters.map(({ ackId }) => ackId);
      bus.modifyAckDeadline(DEAD_LETTERS_SUBSCRIPTION, ackIds, 0);
    }
  };
  const acknowledge = (id: string, before: (letter: PulledMessage) => Promise<void>) =>
    withDeadLetters(MAX_PULLED, async (letters) => {
      const letter = letters.find(({ message }) => message.messageId === id);
      if (!letter)
        throw new Failure('notFound', `There is no dead letter ${id}, or another subscriber holds it.`);
      await before(letter);
      await bus.acknowledge(DEAD_LETTERS_SUBSCRIPTION, [letter.ackId]);
    });

  return {
    async status() {
      const executions = executor.executions();
      const active = executions.filter(({ state }) => state === 'ACTIVE').length;
      const steps = executions.reduce((sum, execution) => sum + execution.steps, 0);
      return {
        parts: system.parts(),
        startTime,
        backlogs: [
          ...SUBSCRIPTIONS.map(([name, what]) => ({
            name,
            what,
            ...bus.registry.subscription(name).unacknowledged,
            isOptional: name === COMPLETIONS_SUBSCRIPTION,
          })),
          await effects(),
        ],
        lastSweep: system.lastSweep(),
        sweepIntervalMs: system.sweepIntervalMs,
        executions: { active, quota: LIMITS.concurrentExecutions },
        usage: { ...usage.usage(), steps },
        memoryBytes: process.memoryUsage().rss,
      };
    },
    deadLetters: (limit) =>
      withDeadLetters(limit, async (letters) =>
        letters.map((letter) => deadLetterOf(letter, system.hidesData)),
      ),
    publishAgain: (id, data) =>
      acknowledge(id, async ({ message }) => {
        if (data === undefined && message.attributes.dataTruncated === 'true')
          throw new Failure('precondition', `The end of the dead letter ${id} is lost: publish it whole.`);
        await bus.publish(DEFAULT_TOPICS.lifecycle, [{ data: data ?? message.data, attributes: {} }]);
      }),
    discard: (id) => acknowledge(id, async () => {}),
  };
}

function deadLetterOf({ message }: PulledMessage, hidesData: boolean): DeadLetter {
  const { messageId, publishTime, attributes } = message;
  const bytes = Buffer.from(message.data);
  const header = {
    id: messageId,
    publishTime,
    reason: attributes.reason ?? 'It was delivered too often.',
    field: attributes.field,
  };
  // What an event that breaks a rule contains is not known, so no part of it is shown. It counts as cut off.
  if (hidesData) return { ...header, data: REDACTED, encoding: 'TEXT', truncated: true };
  const text = textOf(bytes.subarray(0, MAX_DATA_BYTES));
  return {
    ...header,
    data: text ?? bytes.subarray(0, MAX_DATA_BYTES).toString('base64'),
    encoding: text === undefined ? 'BASE64' : 'TEXT',
    truncated: bytes.length > MAX_DATA_BYTES || attributes.dataTruncated === 'true',
  };
}

/** Returns undefined if the bytes are not text that a person can correct. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.trimStart().startsWith('{') ? text : undefined;
  } catch {
    return undefined;
  }
}
