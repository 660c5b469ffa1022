/** Events in binary that are much to read: they are refused before they are decoded. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { lifecycleEventOf } from '../../shared/messages/lifecycle-event.ts';
import { rejectedHeaderOf } from '../../shared/messages/rejected-event.ts';

const OPERATION = new BinaryWriter().tag(1, WireType.LengthDelimited).string('operations/a').finish();
const NOTHING = new Uint8Array();

const message = (...parts: Uint8Array[]) => ({
  data: Buffer.concat(parts),
  attributes: { googclient_schemaencoding: 'BINARY' },
  messageId: '1',
  publishTime: 0,
});
const read = (...parts: Uint8Array[]) => lifecycleEventOf(message(...parts), new AllowedHosts([]));

/** The field of that number, `count` times. */
function field(number: number, content: Uint8Array, count = 1): Uint8Array {
  const writer = new BinaryWriter();
  for (let index = 0; index < count; index++) writer.tag(number, WireType.LengthDelimited).bytes(content);
  return writer.finish();
}

const WAITING = 13;
const SPAWN = 11;
const EXTERNAL_OPERATIONS = 2;

describe('an event in binary', () => {
  it.each([
    ['waiting.spawn', 10_000, (count: number) => field(WAITING, field(SPAWN, NOTHING, count))],
    [
      'waiting.externalOperations',
      10_000,
      (count: number) => field(WAITING, field(EXTERNAL_OPERATIONS, NOTHING, count)),
    ],
    ['failed.error.details', 1_000, (count: number) => field(15, field(1, field(3, NOTHING, count)))],
    ['attemptFailed.error.details', 1_000, (count: number) => field(20, field(1, field(3, NOTHING, count)))],
  ])('is refused for a longer %s than %i, and not for its length otherwise', (path, most, eventWith) => {
    const rule = `must be at most ${most}`;
    const tooLong = { field: path, rule: expect.stringContaining(rule) };
    expect(() => read(OPERATION, eventWith(most + 1))).toThrow(expect.objectContaining(tooLong));
    expect(() => read(OPERATION, eventWith(most))).toThrow(
      expect.objectContaining({ rule: expect.not.stringContaining(rule) }),
    );
  });

  it('is refused for a list in several parts that is too long when they are joined', () => {
    const half = field(WAITING, field(SPAWN, NOTHING, 5_001));
    expect(() => read(OPERATION, half, half)).toThrow(expect.objectContaining({ field: 'waiting.spawn' }));
  });

  it.each([
    ['in the event', (many: Uint8Array) => many],
    ['in a message of it', (many: Uint8Array) => field(WAITING, many)],
  ])('is refused for more fields than any event has %s', (_, eventWith) => {
    const rule = { field: 'data', rule: 'must have at most 100000 fields' };
    expect(() => read(OPERATION, eventWith(field(100, NOTHING, 100_001)))).toThrow(
      expect.objectContaining(rule),
    );
  });

  it('of a newer release is read without the fields that are not known', () => {
    const created = field(10, NOTHING);
    expect(read(OPERATION, created, field(100, Buffer.from('new')))).toEqual(read(OPERATION, created));
  });

  it('that is refused for a list has its header in the history', () => {
    const attempt = new BinaryWriter().tag(5, WireType.Varint).int64(7).finish();
    const worker = field(6, Buffer.from('w'));
    const long = field(WAITING, field(SPAWN, NOTHING, 10_001));
    expect(rejectedHeaderOf(message(OPERATION, attempt, worker, long))).toEqual({
      ...{ operation: 'operations/a', attempt: 7, worker: 'w', type: 'waiting' },
    });
  });

  it('has the kind of the last event field in its header, and none for bytes that are no message', () => {
    const header = (...parts: Uint8Array[]) => rejectedHeaderOf(message(OPERATION, ...parts));
    expect(header(field(14, NOTHING), field(15, NOTHING))).toMatchObject({ type: 'failed' });
    expect(header()).toMatchObject({ type: 'unknown', attempt: undefined, worker: undefined });
    expect(header(Buffer.from([0x6a, 0x05, 0x00]))).toBeUndefined();
    expect(header(field(100, NOTHING, 100_001))).toBeUndefined();
  });
});
