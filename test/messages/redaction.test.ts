import { describe, expect, it } from 'vitest';
import { problemOfRedaction, Redaction } from '../../shared/messages/redaction.ts';

const STRUCT = 'type.googleapis.com/google.protobuf.Struct';
const CARD = 'type.googleapis.com/example.v1.Card';

const struct = (value: object) => ({ '@type': STRUCT, value }) as never;

describe('a redaction', () => {
  it.each([
    [
      'input.card.number',
      { card: { number: '4', name: 'a' } },
      { card: { number: '[redacted]', name: 'a' } },
    ],
    ['*.card.number', { card: { number: 4 } }, { card: { number: '[redacted]' } }],
    ['input.card', { card: { number: 4 }, x: 1 }, { card: '[redacted]', x: 1 }],
    [
      'input.cards.number',
      { cards: [{ number: 1 }, { number: 2 }] },
      { cards: [{ number: '[redacted]' }, { number: '[redacted]' }] },
    ],
    [
      'input.*.number',
      { a: { number: 1 }, b: { number: null, c: 2 } },
      { a: { number: '[redacted]' }, b: { number: '[redacted]', c: 2 } },
    ],
    ['input.*', { a: 1, b: { c: 2 } }, { a: '[redacted]', b: '[redacted]' }],
    ['input.absent.x', { a: 1 }, { a: 1 }],
    ['response.a', { a: 1 }, { a: 1 }],
    ['error.message', { message: 'm' }, { message: 'm' }],
  ])('with %s shows the input %j as %j', (entry, input, shown) => {
    expect(new Redaction([entry]).payload('input', struct(input), 'm')).toEqual(struct(shown));
  });

  it('of a payload, a type and a method hides the whole payload', () => {
    const card = { '@type': CARD, number: '4' };
    const hidden = { '@type': CARD, value: '[redacted]' };
    expect(new Redaction(['metadata']).payload('metadata', card, 'm')).toEqual(hidden);
    expect(new Redaction(['metadata']).payload('response', card, 'm')).toEqual(card);
    expect(new Redaction(['example.v1.Card']).payload('response', card, 'm')).toEqual(hidden);
    expect(new Redaction(['example.v1.Pay.Run']).payload('response', card, 'example.v1.Pay.Run')).toEqual(
      hidden,
    );
    expect(new Redaction(['example.v1.Pay.Run']).payload('response', card, 'other')).toEqual(card);
  });

  it('of a type hides it within other payloads', () => {
    const outer = {
      '@type': 'type.googleapis.com/example.v1.Order',
      payments: [{ '@type': CARD, number: 4 }],
    };
    expect(new Redaction(['example.v1.Card']).payload('input', outer, undefined)).toEqual({
      ...outer,
      payments: [{ '@type': CARD, value: '[redacted]' }],
    });
  });

  it('by path hides all of a payload that is bytes of an unknown type', () => {
    const bytes = { '@type': CARD, value: Buffer.from('secret').toString('base64') };
    expect(new Redaction(['input.number']).payload('input', bytes, 'm')).toEqual({
      ...bytes,
      value: '[redacted]',
    });
    expect(new Redaction(['response.number']).payload('input', bytes, 'm')).toEqual(bytes);
  });

  it.each([
    ['error', '[redacted]', { '@type': CARD, value: '[redacted]' }],
    ['error.message', '[redacted]', { '@type': CARD, number: 4 }],
    ['error.details', 'no', { '@type': CARD, value: '[redacted]' }],
    ['error.details.number', 'no', { '@type': CARD, number: '[redacted]' }],
    ['*.number', 'no', { '@type': CARD, number: '[redacted]' }],
    ['example.v1.Card', 'no', { '@type': CARD, value: '[redacted]' }],
    ['the.Method', '[redacted]', { '@type': CARD, value: '[redacted]' }],
    ['input', 'no', { '@type': CARD, number: 4 }],
  ])('with %s shows an error with the message %j and the detail %j', (entry, message, detail) => {
    const status = { code: 5, message: 'no', details: [{ '@type': CARD, number: 4 }] };
    expect(new Redaction([entry]).status(status, 'the.Method')).toEqual({
      code: 5,
      message,
      details: [detail],
    });
    expect(new Redaction([entry]).message('no', 'the.Method')).toBe(message);
  });

  it('without entries changes nothing', () => {
    const card = { '@type': CARD, number: 4 };
    expect(new Redaction().isOff).toBe(true);
    expect(new Redaction().payload('input', card, 'm')).toBe(card);
  });
});

describe('an entry', () => {
  it.each([
    'example.v1.Card',
    'input',
    'error',
    'error.message',
    'error.details.x',
    '*.card.number',
    'input.*.x',
  ])('%s is right', (entry) => expect(problemOfRedaction(entry)).toBeUndefined());
  it.each([
    '',
    'card',
    '*',
    'input.',
    'input..x',
    'error.code',
    'error.message.x',
    'a b.c',
    '*.a b',
    'input.a*',
  ])('%j is refused, with what it should be', (entry) =>
    expect(problemOfRedaction(entry)).toMatch(new RegExp(`^must .*"${entry.replaceAll('*', '\\*')}"$`)),
  );
});
