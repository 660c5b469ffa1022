import { describe, expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { PageTokens } from '../../shared/operations-api/page-token.ts';
import { InvalidInput } from '../../shared/orchestrator/ports/failure.ts';

const tokens = new PageTokens('a key');
const CHECKSUM = 16;
const at = (name: string, createTime = 1_700_000_000_000) => ({ createTime, name: name as OperationName });
const bytesOf = (token: string) => Buffer.from(token, 'base64url');

describe('a page token', () => {
  it.each([
    at('operations/a'),
    at('operations/a', -1),
    at('operations/a', 0),
    at(`operations/${'z'.repeat(128)}`),
  ])('leads to the position %j that it was made for', (position) => {
    expect(tokens.decode(tokens.encode(position, 'state = RUNNING'), 'state = RUNNING')).toEqual(position);
  });

  const token = tokens.encode(at('operations/a'), 'f');
  const bytes = bytesOf(token);
  it.each([
    ['of another filter', tokens.encode(at('operations/a'), 'g')],
    ['of another key', new PageTokens('another key').encode(at('operations/a'), 'f')],
    ['nothing', ''],
    ['only a checksum', bytes.subarray(0, CHECKSUM).toString('base64url')],
    ['without its end', token.slice(0, -1)],
    ['with something behind it', `${token}AA`],
    ['with padding', `${token}=`],
    ['with a character that base64url does not have', `${token}*`],
    ['in standard base64', Buffer.concat([bytes, Buffer.from([0xfb])]).toString('base64')],
    ['too long', 'A'.repeat(1_000_000)],
    ['for what is no operation', tokens.encode(at('operations/../a'), 'f')],
    ['for a time that is no integer', tokens.encode(at('operations/a', 1.5), 'f')],
    [
      // The same text follows: only the border between position and filter differs.
      'whose position ends elsewhere',
      Buffer.concat([
        bytesOf(tokens.encode(at('operations/a'), 'bf')).subarray(0, CHECKSUM),
        bytesOf(tokens.encode(at('operations/ab'), 'f')).subarray(CHECKSUM),
      ]).toString('base64url'),
    ],
  ])('is refused if it is %s', (_, other) => {
    expect(() => tokens.decode(other, 'f')).toThrow(InvalidInput);
  });

  it('is refused if any byte of it is changed', () => {
    for (let place = 0; place < bytes.length; place++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(bytes.readUInt8(place) ^ 1, place);
      expect(() => tokens.decode(changed.toString('base64url'), 'f'), `byte ${place}`).toThrow(InvalidInput);
    }
  });
});
