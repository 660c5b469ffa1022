import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import type { BusMessage } from '../../shared/messages/bus-message.ts';
import { lifecycleEventOf } from '../../shared/messages/lifecycle-event.ts';
import { lifecycleEventType } from '../../shared/messages/registry.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';
import { refusedField } from './refused-field.ts';

const PUBLISHED = 1_700_000_000_000;
const hosts = new AllowedHosts(['jobs.example.com', '*.a.run.app', 'http://127.0.0.1:9000']);

function message(data: unknown, attributes: Record<string, string> = {}): BusMessage {
  const bytes =
    data instanceof Uint8Array ? data : Buffer.from(typeof data === 'string' ? data : JSON.stringify(data));
  return { data: bytes, attributes, messageId: 'm1', publishTime: PUBLISHED };
}

const read = (data: unknown, attributes?: Record<string, string>) =>
  lifecycleEventOf(message(data, attributes), hosts);
const of = (event: object) => ({ operation: 'operations/r1', ...event });
const STRUCT = 'type.googleapis.com/google.protobuf.Struct';

describe('an event in JSON', () => {
  it('requires only the operation and one kind of event', () => {
    expect(read('{"operation":"operations/r1","created":{}}')).toMatchObject({
      operation: 'operations/r1',
      eventId: 'm1',
      occurTime: PUBLISHED,
      type: 'created',
      creation: { method: '', labels: {} },
    });
  });

  it('carries its own id, time and sequence', () => {
    const event = read(
      of({
        eventId: 'e1',
        occurTime: '2023-11-14T22:13:20.123456789Z',
        sequence: '9007199254740993',
        cancelled: {},
      }),
    );
    expect(event).toMatchObject({
      eventId: 'e1',
      occurTime: Date.parse('2023-11-14T22:13:20.123Z'),
      type: 'cancelled',
    });
    const next = read(of({ eventId: 'e1', sequence: '9007199254740994', cancelled: {} }));
    expect([event.position.sequence, next.position.sequence]).toEqual([9007199254740993n, 9007199254740994n]);
    expect(event.position).toMatchObject({ seconds: 1_700_000_000, nanos: 123_456_789 });
  });

  it('takes the names of the .proto file as well', () => {
    expect(
      read(of({ event_id: 'e2', waiting: { child_operations: ['operations/c'], resume_point: 'p' } })),
    ).toMatchObject({
      eventId: 'e2',
      children: ['operations/c'],
      resumePoint: 'p',
    });
  });

  it('distinguishes absent fields from empty ones', () => {
    expect(read(of({ checkpointed: {} }))).toMatchObject({ checkpoint: undefined });
    expect(read(of({ checkpointed: { checkpoint: '' } }))).toHaveProperty('checkpoint');
    expect(read(of({ cancelRequested: {} }))).toMatchObject({ cascade: true });
    expect(read(of({ cancelRequested: { cascade: false } }))).toMatchObject({ cascade: false });
    expect(read(of({ succeeded: {} }))).toMatchObject({
      response: { typeUrl: expect.stringContaining('Empty') },
    });
  });

  it('reads the terms of a wait, with their defaults', () => {
    expect(
      read(of({ waiting: { childOperations: ['operations/a', 'operations/b', 'operations/a'] } })),
    ).toMatchObject({
      children: ['operations/a', 'operations/b'],
      terms: {
        policy: { kind: 'ALL_DONE' },
        childCount: 2,
        deadline: PUBLISHED + 86_400_000,
        pollFrequency: 10_000,
      },
    });
    const externalOperations = [{ name: 'operations/a', endpoint: 'https://jobs.example.com/' }];
    const waiting = {
      externalOperations,
      policy: 'QUORUM_SUCCEEDED',
      quorum: 1,
      sleep: '1.5s',
      timeout: '90s',
    };
    expect(read(of({ waiting }))).toMatchObject({
      children: [],
      terms: {
        policy: { kind: 'QUORUM_SUCCEEDED', quorum: 1 },
        childCount: 1,
        externals: [
          {
            name: 'operations/a',
            endpoint: 'https://jobs.example.com',
            audience: 'https://jobs.example.com',
          },
        ],
        sleepUntil: PUBLISHED + 1_500,
        deadline: PUBLISHED + 90_000,
      },
    });
  });

  it('ends a timer with its sleep, and a wait for children at its timeout', () => {
    expect(read(of({ waiting: { sleep: '60s' } }))).toMatchObject({
      terms: { childCount: 0, sleepUntil: PUBLISHED + 60_000, deadline: PUBLISHED + 60_000 },
    });
    expect(read(of({ waiting: { sleep: '60s', childOperations: ['operations/a'] } }))).toMatchObject({
      terms: { childCount: 1, sleepUntil: PUBLISHED + 60_000, deadline: PUBLISHED + 86_400_000 },
    });
  });

  it('keeps an Any of an unknown type as its bytes', () => {
    const metadata = { '@type': 'example.com/some.Type', value: 'AP8=' };
    expect(read(of({ progressed: { metadata } }))).toMatchObject({
      metadata: { typeUrl: 'example.com/some.Type', value: Buffer.from([0, 255]) },
    });
    const details = [
      metadata,
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'R' },
      metadata,
    ];
    expect(read(of({ failed: { error: { code: 5, message: 'm', details } } }))).toMatchObject({
      error: {
        code: 5,
        details: [
          { value: Buffer.from([0, 255]) },
          { typeUrl: expect.stringContaining('ErrorInfo') },
          { value: Buffer.from([0, 255]) },
        ],
      },
    });
  });
});

const encode = (event: MessageInitShape<typeof lifecycleEventType>) =>
  toBinary(lifecycleEventType, create(lifecycleEventType, event));

describe('an event in binary protobuf', () => {
  it('is the same event as in JSON', () => {
    const json = of({
      eventId: 'e',
      sequence: '7',
      progressed: { metadata: { '@type': STRUCT, value: { a: 1 } } },
    });
    const any = {
      typeUrl: STRUCT,
      value: read(json).type === 'progressed' ? bytesOf(json) : new Uint8Array(),
    };
    const proto = {
      operation: 'operations/r1',
      eventId: 'e',
      sequence: 7n,
      event: { case: 'progressed' as const, value: { metadata: any } },
    };
    expect(read(encode(proto))).toEqual(read(json));
    expect(read(encode(proto), { googclient_schemaencoding: 'BINARY' })).toEqual(read(json));
  });

  function bytesOf(json: object): Uint8Array {
    const event = read(json);
    return event.type === 'progressed' && event.metadata ? event.metadata.value : new Uint8Array();
  }
});

describe('a message that can never be applied', () => {
  const child = (index: number) => `operations/child-${index}`;

  it.each<[string, unknown, string]>([
    ['no JSON and no protobuf', 'hello', 'data'],
    ['broken JSON', '{"operation":', 'data'],
    ['JSON that is no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'data'],
    ['a list', '[1]', 'data'],
    ['nothing at all', '', 'operation'],
    ['JSON of endless depth', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 'data'],
    ['no operation', { created: {} }, 'operation'],
    ['an operation that is a number', { operation: 5, created: {} }, 'operation'],
    ['a bad name', { operation: 'operations/-x', created: {} }, 'operation'],
    ['a name with a slash', { operation: 'operations/a/b', created: {} }, 'operation'],
    ['a name of 129 characters', { operation: `operations/${'a'.repeat(129)}`, created: {} }, 'operation'],
    ['an unknown field', of({ created: {}, colour: 'red' }), 'colour'],
    ['an unknown field below', of({ created: { colour: 'red' } }), 'created.colour'],
    ['a field in both spellings', of({ eventId: 'a', event_id: 'b', created: {} }), 'event_id'],
    ['a name of Object.prototype', of({ created: {}, constructor: 1 }), 'constructor'],
    ['no event', of({}), 'event'],
    ['two events', of({ created: {}, cancelled: {} }), 'data'],
    ['an event id of the orchestrator', of({ eventId: 'lro:resumed:x', created: {} }), 'eventId'],
    ['an event id with a line break', of({ eventId: 'a\nb', created: {} }), 'eventId'],
    [
      'a sequence that lost digits',
      '{"operation":"operations/r1","sequence":9007199254740993,"created":{}}',
      'sequence',
    ],
    ['a time that is none', of({ occurTime: 'yesterday', created: {} }), 'occurTime'],
    ['the 30th of February', of({ occurTime: '2025-02-30T00:00:00Z', created: {} }), 'occurTime'],
    ['a time in the year 10000', of({ occurTime: '9999-12-31T23:59:59-23:59', created: {} }), 'occurTime'],
    [
      'the year 10000 in binary',
      encode({
        operation: 'operations/r1',
        occurTime: { seconds: 253402300800n },
        event: { case: 'created', value: {} },
      }),
      'occurTime',
    ],
    ['labels with odd keys', of({ created: { labels: { 'a b': 'c' } } }), 'created.labels'],
    ['a parent that is itself', of({ created: { parent: 'operations/r1' } }), 'created.parent'],
    ['a negative ttl', of({ created: { ttl: '-1s' } }), 'created.ttl'],
    ['progress without metadata', of({ progressed: {} }), 'progressed.metadata'],
    ['metadata without a type', of({ progressed: { metadata: { a: 1 } } }), 'progressed.metadata.@type'],
    [
      'fields of an unknown type',
      of({ progressed: { metadata: { '@type': 'x/y.Z', a: 1 } } }),
      'progressed.metadata',
    ],
    ['a checkpoint that is no base64', of({ checkpointed: { checkpoint: '!' } }), 'checkpointed.checkpoint'],
    ['failed without an error', of({ failed: {} }), 'failed.error'],
    ['failed with code 0', of({ failed: { error: { code: 0, message: 'x' } } }), 'failed.error.code'],
    ['a negative timeout', of({ waiting: { timeout: '-5s' } }), 'waiting.timeout'],
    ['a timeout of 0', of({ waiting: { timeout: '0s' } }), 'waiting.timeout'],
    ['a timeout over a year', of({ waiting: { timeout: '31536001s' } }), 'waiting.timeout'],
    ['a timeout that is a number', of({ waiting: { timeout: 5 } }), 'waiting.timeout'],
    ['a sleep beyond the timeout', of({ waiting: { sleep: '10s', timeout: '9s' } }), 'waiting.sleep'],
    ['a poll frequency below 1 s', of({ waiting: { pollFrequency: '0.5s' } }), 'waiting.pollFrequency'],
    ['an unknown policy', of({ waiting: { policy: 'SOME' } }), 'waiting.policy'],
    [
      'a quorum without its policy',
      of({ waiting: { quorum: 1, childOperations: [child(1)] } }),
      'waiting.quorum',
    ],
    [
      'a quorum beyond the children',
      of({ waiting: { policy: 'QUORUM_SUCCEEDED', quorum: 2, childOperations: [child(1)] } }),
      'waiting.quorum',
    ],
    [
      'a bad child',
      of({ waiting: { childOperations: ['operations/a', 'nonsense'] } }),
      'waiting.childOperations[1]',
    ],
    [
      '10,001 children',
      of({ waiting: { childOperations: Array.from({ length: 10_001 }, (_, i) => child(i)) } }),
      'waiting.childOperations',
    ],
    [
      '1 MB of children',
      of({
        waiting: {
          childOperations: Array.from(
            { length: 10_000 },
            (_, i) => `operations/${String(i).padStart(90, '0')}`,
          ),
        },
      }),
      'waiting.childOperations',
    ],
    [
      'an external child without an endpoint',
      of({ waiting: { externalOperations: [{ name: 'x' }] } }),
      'waiting.externalOperations[0].endpoint',
    ],
    [
      'a host that is not allowed',
      of({ waiting: { externalOperations: [{ name: 'x', endpoint: 'https://evil.example' }] } }),
      'waiting.externalOperations[0].endpoint',
    ],
    [
      'a resume method over http',
      of({ waiting: { resumeMethod: 'http://jobs.example.com/x' } }),
      'waiting.resumeMethod',
    ],
    [
      'a resume method with a user',
      of({ waiting: { resumeMethod: 'https://a:b@jobs.example.com/x' } }),
      'waiting.resumeMethod',
    ],
  ])('%s', (_, data, field) => {
    expect(() => read(data)).toThrow(InvalidInput);
    expect(refusedField(() => read(data))).toBe(field);
  });

  it('an encoding that Pub/Sub does not have', () => {
    expect(refusedField(() => read(of({ created: {} }), { googclient_schemaencoding: 'XML' }))).toBe(
      'attributes.googclient_schemaencoding',
    );
  });

  it('is named without its payload', () => {
    expect(() => read('{"secret": oops')).toThrow(/^data: must be JSON in UTF-8$/);
  });
});

describe('allowed hosts', () => {
  it.each([
    ['https://jobs.example.com/v1', true],
    ['https://x.a.run.app/', true],
    ['http://127.0.0.1:9000/resume', true],
    ['https://a.run.app/', false],
    ['https://jobs.example.com.evil.example/', false],
    ['https://jobs.example.com:8443/', false],
    ['http://127.0.0.1:9001/resume', false],
    ['https://127.0.0.1:9000/resume', false],
    ['ftp://jobs.example.com/', false],
  ])('%s: %s', (url, allowed) => {
    const check = () => hosts.check(url, 'f');
    if (allowed) expect(check()).toBe(url);
    else expect(check).toThrow(InvalidInput);
  });
});
