/** What is refused at the door, with its field, because it could not leave again, or not as it came. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it, test } from 'vitest';
import { LAST_TIME } from '../../shared/lifecycle/time-range.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { lifecycleEventOf } from '../../shared/messages/lifecycle-event.ts';
import { DEFAULT_PAYLOAD_LIMITS, MAX_PAYLOAD_BYTES } from '../../shared/messages/limits.ts';
import { lifecycleEventType } from '../../shared/messages/registry.ts';
import { parseTimestamp, toRfc3339 } from '../../shared/messages/timestamp.ts';
import { refusedField } from './refused-field.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const PUBLISHED = Date.parse('2025-01-27T10:42:20Z');
const STRUCT = 'type.googleapis.com/google.protobuf.Struct';
const UNKNOWN = 'example.com/some.Type';
const hosts = new AllowedHosts(['jobs.example.com']);

function read(data: Uint8Array | string, limits = DEFAULT_PAYLOAD_LIMITS, publishTime = PUBLISHED) {
  const message = { data: Buffer.from(data), attributes: {}, messageId: 'm1', publishTime };
  return lifecycleEventOf(message, hosts, limits);
}

const json = (event: object) => JSON.stringify({ operation: 'operations/r1', ...event });
const binary = (event: MessageInitShape<typeof lifecycleEventType>) =>
  toBinary(lifecycleEventType, create(lifecycleEventType, { operation: 'operations/r1', ...event }));

const text = (size: number) => ({ '@type': STRUCT, value: { a: 'x'.repeat(size) } });
const bytes = (size: number) => ({ '@type': UNKNOWN, value: Buffer.alloc(size).toString('base64') });

describe('a payload above the limit is refused by its field', () => {
  it.each<[string, object, string]>([
    ['metadata of created', { created: { metadata: text(4 * MIB) } }, 'created.metadata'],
    ['metadata of progressed', { progressed: { metadata: text(MIB) } }, 'progressed.metadata'],
    ['a response', { succeeded: { response: text(4 * MIB) } }, 'succeeded.response'],
    [
      'an error message of 9 MB',
      { failed: { error: { code: 5, message: 'm'.repeat(9_000_000) } } },
      'failed.error',
    ],
    [
      'error details that are above it together',
      { failed: { error: { code: 5, details: [text(600 * KIB), text(600 * KIB)] } } },
      'failed.error',
    ],
    ['an error detail', { failed: { error: { code: 5, details: [text(MIB)] } } }, 'failed.error.details[0]'],
    [
      'a checkpoint',
      { checkpointed: { checkpoint: Buffer.alloc(MIB + 1).toString('base64') } },
      'checkpointed.checkpoint',
    ],
    [
      'bytes that are within it, but not in base64',
      { progressed: { metadata: bytes(900 * KIB) } },
      'progressed.metadata',
    ],
    [
      'text that grows by its escapes',
      { progressed: { metadata: { '@type': STRUCT, value: { a: '\u0001'.repeat(200 * KIB) } } } },
      'progressed.metadata',
    ],
    [
      'a type URL without end',
      { progressed: { metadata: { '@type': `x/${'y'.repeat(2_000)}`, value: '' } } },
      'progressed.metadata.type_url',
    ],
  ])('%s', (_, event, field) => {
    expect(refusedField(() => read(json(event)))).toBe(field);
  });

  test('a ListValue of two million empty values, in binary', () => {
    const value = Buffer.alloc(4_000_000).fill(Buffer.from([0x0a, 0x00]));
    const metadata = { typeUrl: 'type.googleapis.com/google.protobuf.ListValue', value };
    const event = binary({ event: { case: 'progressed', value: { metadata } } });
    expect(refusedField(() => read(event))).toBe('progressed.metadata');
  });

  test('a list of nulls, four bytes each in binary and five in JSON', () => {
    const value = Buffer.alloc(900 * KIB).fill(Buffer.from([0x0a, 0x02, 0x08, 0x00]));
    const metadata = { typeUrl: 'type.googleapis.com/google.protobuf.ListValue', value };
    const event = binary({ event: { case: 'progressed', value: { metadata } } });
    expect(refusedField(() => read(event))).toBe('progressed.metadata');
  });
});

test('a payload within the limit is accepted, and one within a higher limit if the deployment has it', () => {
  expect(refusedField(() => read(json({ succeeded: { response: text(MIB - KIB) } })))).toBeUndefined();
  const most = { payloadBytes: MAX_PAYLOAD_BYTES };
  expect(
    refusedField(() => read(json({ succeeded: { response: text(4 * MIB - KIB) } }), most)),
  ).toBeUndefined();
  expect(refusedField(() => read(json({ succeeded: { response: text(4 * MIB) } }), most))).toBe(
    'succeeded.response',
  );
});

test('a payload of more values than its limit can hold is refused before they are read', () => {
  const limits = { payloadBytes: 4_000 };
  const payload = (type: string, value: unknown) =>
    json({ succeeded: { response: { '@type': `type.googleapis.com/google.protobuf.${type}`, value } } });
  const problemOf = (text: string) => {
    try {
      read(text, limits);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  const list = (length: number) => Array.from({ length }, () => '');
  const tooMany = 'succeeded.response: must be at most 4000 bytes, and is more';
  expect(problemOf(payload('ListValue', list(1_000)))).toBeUndefined();
  expect(problemOf(payload('ListValue', list(1_001)))).toBe(tooMany);
  expect(problemOf(payload('Struct', { a: { b: [list(1_000)] } }))).toBe(tooMany);
  const members = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`k${index}`, 0]));
  expect(problemOf(payload('Struct', members))).toBe(tooMany);
  const nested = { '@type': 'type.googleapis.com/google.protobuf.ListValue', value: list(1_001) };
  expect(problemOf(payload('Any', nested))).toBe(tooMany.replace('response', 'response.value'));
  const details = Array.from({ length: 2_001 }, () => ({}));
  const status = { '@type': 'type.googleapis.com/google.rpc.Status', details };
  expect(problemOf(json({ succeeded: { response: status } }))).toBe(tooMany);
});

test.each([
  ['attemptFailed.error.details', 'attempt_failed', { error: { code: 3, details: items(1_001) } }],
  ['waiting.spawn', 'waiting', { spawn: items(10_001) }],
  ['waiting.externalOperations', 'waiting', { externalOperations: items(10_001) }],
  ['waiting.externalOperations', 'waiting', { external_operations: items(10_001) }],
])('%s that is too long is refused before it is read, by either of its names', (field, kind, event) => {
  expect(refusedField(() => read(json({ [kind]: event })))).toBe(field);
});

function items(length: number): readonly object[] {
  return Array.from({ length }, () => ({ unknown: 1 }));
}

test('an error with more details than are read is refused by its field, before any of them is read', () => {
  const failed = (count: number) =>
    json({ failed: { error: { code: 3, details: Array.from({ length: count }, () => text(1)) } } });
  expect(refusedField(() => read(failed(1_000)))).toBeUndefined();
  expect(refusedField(() => read(failed(1_001)))).toBe('failed.error.details');
});

describe('a payload in binary that could not leave in JSON is refused by its field', () => {
  it.each<[string, string, readonly number[]]>([
    ['bytes that are no message of their type', 'Duration', [0xff]],
    ['a Duration that is out of range', 'Duration', [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['a Value that is none of its kinds', 'Value', []],
    ['a Struct with NaN', 'Struct', [10, 14, 10, 1, 97, 18, 9, 17, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]],
  ])('%s', (_, type, value) => {
    const metadata = {
      typeUrl: `type.googleapis.com/google.protobuf.${type}`,
      value: Uint8Array.from(value),
    };
    const event = binary({ event: { case: 'progressed', value: { metadata } } });
    expect(refusedField(() => read(event))).toBe('progressed.metadata');
  });
});

describe('text that is not well-formed Unicode is refused by its field', () => {
  it.each([
    [String.raw`{"operation":"operations/r1","eventId":"\ud800","created":{}}`, 'eventId'],
    [String.raw`{"operation":"operations/r1","eventId":"\ud801","created":{}}`, 'eventId'],
    [String.raw`{"operation":"operations/r1","created":{"method":"\uDFFF"}}`, 'created.method'],
    [String.raw`{"operation":"operations/r1","waiting":{"resumePoint":"\ud800x"}}`, 'waiting.resumePoint'],
    [String.raw`{"operation":"operations/r1","created":{"labels":{"a":"\ud800"}}}`, 'created.labels.a'],
    [
      String.raw`{"operation":"operations/r1","failed":{"error":{"code":5,"message":"\ud800"}}}`,
      'failed.error.message',
    ],
  ])('%s', (data, field) => {
    expect(refusedField(() => read(data))).toBe(field);
  });

  test('in binary, if a text is no UTF-8', () => {
    const event = Buffer.from(binary({ eventId: 'XYZ', event: { case: 'created', value: {} } }));
    event.set([0xed, 0xa0, 0x80], event.indexOf('XYZ'));
    expect(refusedField(() => read(event))).toBe('data');
  });

  test('in a Struct in binary', () => {
    const metadata = { typeUrl: STRUCT, value: Uint8Array.of(0x0a, 0x05, 0x0a, 0x03, 0xed, 0xa0, 0x80) };
    const event = binary({ event: { case: 'progressed', value: { metadata } } });
    expect(refusedField(() => read(event))).toBe('progressed.metadata');
  });
});

describe('a name from outside that every object has', () => {
  it.each([
    [{ waiting: { policy: 'constructor' } }, 'waiting.policy'],
    [{ waiting: { policy: 'toString' } }, 'waiting.policy'],
    [{ waiting: { policy: 99 } }, 'waiting.policy'],
    [{ created: {}, toString: 1 }, 'toString'],
    [{ created: { hasOwnProperty: 1 } }, 'created.hasOwnProperty'],
    [{ progressed: { metadata: { '@type': 'T/constructor' } } }, 'progressed.metadata'],
  ])('%j is refused', (event, field) => {
    expect(refusedField(() => read(json(event)))).toBe(field);
  });

  test('as an attribute is not the encoding', () => {
    const attributes = Object.create({ googclient_schemaencoding: 'BINARY' }) as Record<string, string>;
    const message = {
      data: Buffer.from(json({ created: {} })),
      attributes,
      messageId: 'm',
      publishTime: PUBLISHED,
    };
    expect(lifecycleEventOf(message, hosts)).toMatchObject({ type: 'created' });
  });
});

test('the error is short, however long the name of the field or of the type is', () => {
  const long = `${'k'.repeat(255)}\u{1f600}${'x'.repeat(1_000_000)}`;
  expect(refusedField(() => read(json({ created: {}, [long]: 1 })))).toBe(`${'k'.repeat(255)}…`);
  const metadata = { '@type': `T/${long}`, value: 1 };
  expect(() => read(json({ progressed: { metadata } }))).toThrow(/^progressed\.metadata: .{1,1025}$/);
});

describe('the time of an event', () => {
  it.each<[string, string]>([
    ['2025-01-27T11:42:15.5+01:00', '2025-01-27T10:42:15.500Z'],
    ['2025-01-27T11:42:15+05:45', '2025-01-27T05:57:15.000Z'],
    ['2025-01-27T07:12:15-03:30', '2025-01-27T10:42:15.000Z'],
    ['2025-01-27T10:42:15.000000005Z', '2025-01-27T10:42:15.000Z'],
    ['2025-01-27T10:52:20Z', '2025-01-27T10:52:20.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['2024-02-29T23:59:59-00:00', '2024-02-29T23:59:59.000Z'],
  ])('%s is %s', (occurTime, expected) => {
    const event = read(json({ occurTime, cancelled: {} }));
    expect(toRfc3339(event.occurTime)).toBe(expected);
  });

  it.each([
    '9999-12-20T00:00:00Z',
    '2025-01-27T10:52:20.001Z',
    '0001-01-01T00:00:00+00:01',
    '2025-02-29T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-01-27t10:42:15Z',
    '2025-01-27 10:42:15Z',
    '2025-01-27T10:42:15',
    '2025-01-27T24:00:00Z',
    '2025-01-27T10:42:60Z',
    '2025-01-27T10:42:15.0000000001Z',
    '-001-01-27T10:42:15Z',
  ])('%s is refused', (occurTime) => {
    expect(refusedField(() => read(json({ occurTime, succeeded: {} })))).toBe('occurTime');
  });

  it.each([
    [253_402_300_800n, 0],
    [0n, -1],
    [0n, 1_000_000_000],
  ])('of %s s and %s ns is refused in binary', (seconds, nanos) => {
    const event = binary({ occurTime: { seconds, nanos }, event: { case: 'cancelled', value: {} } });
    expect(refusedField(() => read(event))).toBe('occurTime');
  });

  test('is never computed beyond the year 9999', () => {
    const event = read(
      json({ waiting: { timeout: '31536000s' } }),
      DEFAULT_PAYLOAD_LIMITS,
      LAST_TIME - 1_000,
    );
    expect(event).toMatchObject({ terms: { deadline: LAST_TIME } });
    expect(toRfc3339(LAST_TIME + 1)).toBe('9999-12-31T23:59:59.999Z');
  });
});

describe('RFC 3339', () => {
  it.each([
    '0001-01-01T00:00:00.000Z',
    '0099-12-31T23:59:59.999Z',
    '1600-02-29T12:00:00.000Z',
    '1900-02-28T12:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
    '2000-02-29T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
  ])('%s is read and written as it is', (time) => {
    const instant = parseTimestamp(time);
    expect(instant && toRfc3339(instant.millis)).toBe(time);
    expect(instant?.millis).toBe(Date.parse(time));
  });

  test('knows the days of each month of each kind of year', () => {
    for (const year of ['1900', '2000', '2023', '2024']) {
      for (let month = 1; month <= 12; month++) {
        const days = new Date(Date.UTC(Number(year), month, 0)).getUTCDate();
        const day = (number: number) => `${year}-${String(month).padStart(2, '0')}-${number}T00:00:00Z`;
        expect(parseTimestamp(day(days))).toBeDefined();
        expect(parseTimestamp(day(days + 1))).toBeUndefined();
      }
    }
  });
});
