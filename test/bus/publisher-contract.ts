/** What every publisher of the orchestrator does, read back by a subscriber over Pub/Sub's REST interface. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventOrder } from '../../shared/lifecycle/event-order.ts';
import type { TerminalOperation } from '../../shared/lifecycle/operation.ts';
import { MESSAGE_LIMITS } from '../../shared/messages/limits.ts';
import type { DeadLetter, Publisher, ResumeSignal } from '../../shared/orchestrator/ports/publisher.ts';
import { DEFAULT_TOPICS, type TopicNames } from '../../shared/pubsub/topology.ts';
import { PROJECT, PubSubClient, type ReceivedMessage, unique } from './pubsub-client.ts';

export interface PublisherUnderTest {
  readonly publisher: Publisher;
  /** Host and port of the REST interface of the bus that it publishes to. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Topics of the test's own, in the project `PROJECT`. */
export type StartPublisher = (topics: TopicNames, project: string) => Promise<PublisherUnderTest>;

const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

export const SUCCEEDED: TerminalOperation = {
  name: 'operations/r1',
  creation: {
    value: { method: 'Reports.Make', parent: 'operations/p1', labels: {} },
    order: eventOrder(0, { seconds: 0, nanos: 0 }, 'e0'),
  },
  cancelRequest: 'NONE',
  attempts: [],
  tries: 0,
  resumption: { kind: 'START' },
  keptNotifications: 0,
  createTime: TIME,
  updateTime: TIME,
  state: 'SUCCEEDED',
  response: { typeUrl: 'type.googleapis.com/google.protobuf.StringValue', value: Buffer.from('\n\u0002ok') },
  completeTime: TIME + 1_000,
  expireTime: TIME + 2_000,
  terminalEventId: 'e1',
};

const RESUME: ResumeSignal = {
  kind: 'RESUME',
  operation: 'operations/r1',
  method: 'Reports.Make',
  eventId: 'resume:w1',
  attempt: 2,
  tries: 1,
  labels: { team: 'a' },
  waitId: 'w1',
  cause: 'CHILDREN',
  resumePoint: 'collect',
  checkpoint: Uint8Array.of(0, 255),
  children: {
    counts: { SUCCEEDED: 1 },
    first: [{ name: 'operations/c1', outcome: 'SUCCEEDED' }],
    truncated: false,
  },
  notifications: [],
};

const LETTER: DeadLetter = {
  data: Uint8Array.of(0xff, 0xfe, 0),
  attributes: { googclient_schemaencoding: 'JSON', theirs: 'kept', reason: 'overruled' },
  messageId: '17',
  reason: 'operation: must not be empty',
  field: 'operation',
};

export function publisherContract(start: StartPublisher): void {
  let tested: PublisherUnderTest;
  let publisher: Publisher;
  let client: PubSubClient;
  let topics: TopicNames;
  let subscriptions: Readonly<Record<'completions' | 'signals' | 'deadLetters', string>>;

  beforeAll(async () => {
    const suffix = unique('test');
    topics = {
      lifecycle: `${DEFAULT_TOPICS.lifecycle}-${suffix}`,
      completions: `${DEFAULT_TOPICS.completions}-${suffix}`,
      signals: `${DEFAULT_TOPICS.signals}-${suffix}`,
      deadLetters: `${DEFAULT_TOPICS.deadLetters}-${suffix}`,
    };
    tested = await start(topics, PROJECT);
    publisher = tested.publisher;
    client = new PubSubClient(() => tested.host);
    for (const topic of [topics.completions, topics.signals, topics.deadLetters]) {
      await client.call('PUT', `topics/${topic}`, {});
    }
    subscriptions = {
      completions: await client.subscription(topics.completions, { enableMessageOrdering: true }),
      signals: await client.subscription(topics.signals),
      deadLetters: await client.subscription(topics.deadLetters),
    };
  });

  afterAll(async () => {
    await publisher?.close();
    await tested?.stop();
  });

  async function next(kind: keyof typeof subscriptions): Promise<ReceivedMessage['message']> {
    const [received] = await client.receive(subscriptions[kind], 1);
    if (received === undefined) throw new Error('nothing came');
    await client.acknowledge(subscriptions[kind], received);
    return received.message;
  }

  const json = ({ data = '' }: ReceivedMessage['message']): unknown =>
    JSON.parse(Buffer.from(data, 'base64').toString());

  describe('a completion', () => {
    test('carries the operation, and says in its attributes what subscribers ask for', async () => {
      await publisher.publishCompletion(SUCCEEDED);
      const message = await next('completions');
      expect(json(message)).toEqual({
        name: 'operations/r1',
        done: true,
        response: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: 'ok' },
      });
      expect(message.attributes).toEqual({
        operation: 'operations/r1',
        state: 'SUCCEEDED',
        method: 'Reports.Make',
        parent: 'operations/p1',
        createTime: '2026-01-02T03:04:05.678Z',
        completeTime: '2026-01-02T03:04:06.678Z',
        eventId: expect.any(String),
      });
      expect(message.orderingKey).toBe('operations/r1');
    });

    test('has the same event id when it is published again', async () => {
      await publisher.publishCompletion(SUCCEEDED);
      await publisher.publishCompletion(SUCCEEDED);
      const [first, second] = [await next('completions'), await next('completions')];
      expect(first.attributes?.eventId).toBe(second.attributes?.eventId);
      expect(first.messageId).not.toBe(second.messageId);
    });

    test('is one of many at once, none of which is lost', async () => {
      const names = Array.from({ length: 50 }, (_, index) => `operations/many-${index}` as const);
      await Promise.all(names.map((name) => publisher.publishCompletion({ ...SUCCEEDED, name })));
      const received = await client.receive(subscriptions.completions, names.length);
      await client.acknowledge(subscriptions.completions, ...received);
      const operations = received.map(({ message }) => message.attributes?.operation);
      expect(operations.sort()).toEqual([...names].sort());
    });
  });

  describe('a signal', () => {
    test('carries what the worker needs to go on', async () => {
      await publisher.publishSignal(RESUME);
      const message = await next('signals');
      expect(json(message)).toMatchObject({
        kind: 'RESUME',
        operation: 'operations/r1',
        waitId: 'w1',
        checkpoint: Buffer.from([0, 255]).toString('base64'),
      });
      const { operation, method, eventId } = RESUME;
      const attributes = {
        signal: 'RESUME',
        operation,
        method,
        resumePoint: 'collect',
        eventId,
        attempt: '2',
      };
      expect(message.attributes).toEqual(attributes);
    });

    test('to cancel has the same attributes', async () => {
      const { operation, method, eventId, attempt, labels } = RESUME;
      await publisher.publishSignal({ kind: 'CANCEL', operation, method, eventId, attempt, labels });
      const message = await next('signals');
      expect(message.attributes).toMatchObject({ signal: 'CANCEL', operation, method, eventId });
    });

    test('with a long resume point has the start of it as attribute, and all of it as data', async () => {
      const resumePoint = `x${'ü'.repeat(2_000)}`;
      await publisher.publishSignal({ ...RESUME, resumePoint });
      const message = await next('signals');
      expect(json(message)).toMatchObject({ resumePoint });
      expect(message.attributes?.resumePoint).toBe(`x${'ü'.repeat(511)}`);
    });
  });

  describe('a dead letter', () => {
    test('is the message as it came, and the reason', async () => {
      await publisher.publishDeadLetter(LETTER);
      const message = await next('deadLetters');
      expect([...Buffer.from(message.data ?? '', 'base64')]).toEqual([...LETTER.data]);
      expect(message.attributes).toEqual({
        // Pub/Sub takes no attribute that begins with goog.
        'original-googclient_schemaencoding': 'JSON',
        theirs: 'kept',
        reason: LETTER.reason,
        field: 'operation',
        messageId: '17',
      });
    });

    test('keeps an event without data', async () => {
      await publisher.publishDeadLetter({ ...LETTER, data: new Uint8Array(), attributes: {} });
      const message = await next('deadLetters');
      expect(message.data ?? '').toBe('');
      expect(message.attributes?.reason).toBe(LETTER.reason);
    });

    test('fits, with 100 attributes of its own and a reason that has no end', async () => {
      const attributes = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, 'v']));
      await publisher.publishDeadLetter({ ...LETTER, attributes, reason: 'ä'.repeat(5_000) });
      const message = await next('deadLetters');
      expect(Object.keys(message.attributes ?? {})).toHaveLength(MESSAGE_LIMITS.attributes);
      expect(Buffer.byteLength(message.attributes?.reason ?? '')).toBe(MESSAGE_LIMITS.attributeValue);
      expect(message.attributes).toMatchObject({ field: 'operation', messageId: '17', k0: 'v' });
    });
  });

  test('a topic that is not there is a failure of the kind notFound, and the next publish works', async () => {
    await client.call('DELETE', `topics/${topics.signals}`);
    await expect(publisher.publishSignal(RESUME)).rejects.toMatchObject({
      name: 'Failure',
      kind: 'notFound',
    });
    await client.call('PUT', `topics/${topics.signals}`, {});
    await publisher.publishSignal(RESUME);
  });
}
