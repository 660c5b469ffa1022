/** Operations that differ in everything that a filter can name, and filters about them with what they should find. */
import fc from 'fast-check';
import type { LiveOperation } from '../../shared/lifecycle/operation.ts';
import { inPhase, isTerminal } from '../../shared/lifecycle/operation.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import { order, running, succeeded } from '../store/fixtures.ts';

const START = Date.UTC(2025, 0, 31, 12);
const METHODS = ['example.v1.Make', 'example.v1.Break', 'other.Make', '', 'MAKE', 'ünïcode.Ä', '💥.v1', '%_'];
const PARENTS = ['operations/a', 'operations/b', 'operations/none', undefined];
const LABELS: readonly Readonly<Record<string, string>>[] = [
  {},
  { env: 'prod' },
  { env: 'test', 'a-b': 'x y' },
  { env: '', team: '"quoted" \\ \'' },
];
const CODES = [1, 5, 13, 99];

export const OPERATIONS: readonly LiveOperation[] = Array.from({ length: 60 }, (_, index) => {
  const name = operationName(`${'abc'.charAt(index % 3)}-${index}`);
  const parent = PARENTS[index % 4];
  const value = {
    method: METHODS[index % 8] ?? '',
    labels: LABELS[(index >> 1) % 4] ?? {},
    ...(parent && { parent: operationName(parent.slice('operations/'.length)) }),
  };
  const facts = running(name, {
    ...(index % 7 !== 0 && { creation: { value, order: order('1') } }),
    createTime: START + (index % 20) * 500,
    updateTime: START + ((index * 7) % 40) * 1000,
  });
  const error = { code: CODES[(index >> 2) % 4] ?? 2, message: 'no', details: [] };
  const end = { completeTime: START, expireTime: START + 9e9, terminalEventId: 'end' };
  if (index % 5 === 0) return succeeded(facts);
  if (index % 5 === 1) return inPhase(facts, { ...end, state: 'FAILED', error });
  if (index % 5 === 2) return inPhase(facts, { ...end, state: 'CANCELLED', error: { ...error, code: 1 } });
  return facts;
});

/** A filter, and which operations it should find: written down here once more, with no help from the parser. */
export interface Sample {
  readonly text: string;
  readonly holds: (operation: LiveOperation) => boolean;
}

type Compare = { readonly text: string; readonly holds: (difference: number) => boolean };
const EQUALITIES: readonly Compare[] = [
  { text: '=', holds: (difference) => difference === 0 },
  { text: '!=', holds: (difference) => difference !== 0 },
];
const ORDERS: readonly Compare[] = [
  ...EQUALITIES,
  { text: '<', holds: (difference) => difference < 0 },
  { text: '<=', holds: (difference) => difference <= 0 },
  { text: '>', holds: (difference) => difference > 0 },
  { text: '>=', holds: (difference) => difference >= 0 },
];

/** A text as a filter quotes it. */
const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
/** What is absent fulfils no comparison, and so fulfils the negation of one. */
const compare = ({ text, holds }: Compare, difference: number | undefined) =>
  difference === undefined ? text === '!=' : holds(difference);
const codePoints = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));

const TEXTS: Readonly<Record<string, (operation: LiveOperation) => string | undefined>> = {
  name: ({ name }) => name,
  method: ({ creation }) => creation?.value.method ?? '',
  parent: ({ creation }) => creation?.value.parent ?? '',
  'labels.env': ({ creation }) => creation?.value.labels.env,
  'labels.a-b': ({ creation }) => creation?.value.labels['a-b'],
  'labels.team': ({ creation }) => creation?.value.labels.team,
  'labels.nobodys': () => undefined,
};
const VALUES = [
  ...METHODS,
  ...PARENTS.filter((parent) => parent !== undefined),
  ...[
    'operations/a-3',
    'prod',
    'test',
    'x y',
    '"quoted" \\ \'',
    'example',
    'Make',
    "'; DROP TABLE operations --",
  ],
];
const textSample = fc
  .tuple(fc.constantFrom(...Object.keys(TEXTS)), fc.constantFrom(...ORDERS), fc.constantFrom(...VALUES))
  .map(
    ([field, operator, value]): Sample => ({
      text: `${field} ${operator.text} ${quoted(value)}`,
      holds: (operation) => {
        const text = TEXTS[field]?.(operation);
        return compare(operator, text === undefined ? undefined : codePoints(text, value));
      },
    }),
  );

const wildcardSample = fc
  .tuple(
    fc.constantFrom(...Object.keys(TEXTS)),
    fc.constantFrom('start', 'end', 'both'),
    fc.constantFrom(...VALUES.filter((value) => value !== '')),
    fc.nat(3),
  )
  .map(([field, side, whole, cut]): Sample => {
    const value = [...whole].slice(0, [...whole].length - cut).join('') || whole;
    const pattern = side === 'start' ? `*${value}` : side === 'end' ? `${value}*` : `*${value}*`;
    return {
      text: `${field}=${quoted(pattern)}`,
      holds: (operation) => {
        const text = TEXTS[field]?.(operation);
        if (text === undefined) return false;
        if (side === 'start') return text.endsWith(value);
        return side === 'end' ? text.startsWith(value) : text.includes(value);
      },
    };
  });

const stateSample = fc
  .tuple(
    fc.constantFrom(...EQUALITIES),
    fc.constantFrom('RUNNING', 'WAITING', 'SUCCEEDED', 'FAILED', 'CANCELLED'),
  )
  .map(
    ([operator, state]): Sample => ({
      text: `state${operator.text}${state}`,
      holds: (operation) => compare(operator, operation.state === state ? 0 : 1),
    }),
  );

const doneSample = fc.tuple(fc.constantFrom(...EQUALITIES), fc.boolean()).map(
  ([operator, done]): Sample => ({
    text: `done ${operator.text} ${done}`,
    holds: (operation) => compare(operator, isTerminal(operation) === done ? 0 : 1),
  }),
);

const timeSample = fc
  .tuple(
    fc.constantFrom('createTime', 'updateTime', 'create_time'),
    fc.constantFrom(...ORDERS),
    fc.integer({ min: -2, max: 45 }),
    fc.constantFrom('', '0', '000001', '5', '500000'),
  )
  .map(([field, operator, step, finer]): Sample => {
    // Milliseconds of the corpus end in 000 or 500, so that the digits behind them are all that is finer.
    const millis = START + step * 500;
    const text = new Date(millis).toISOString().replace('Z', `${finer}Z`);
    const before = Number(finer) > 0 ? -1 : 0;
    return {
      text: `${field}${operator.text}${step % 2 === 0 ? quoted(text) : text}`,
      holds: (operation) => {
        const time = operation[field === 'updateTime' ? 'updateTime' : 'createTime'];
        return compare(operator, time - millis || before);
      },
    };
  });

const codeOf = (operation: LiveOperation) =>
  operation.state === 'FAILED' || operation.state === 'CANCELLED' ? operation.error.code : undefined;
const NAMES: Readonly<Record<number, string>> = { 1: 'CANCELLED', 5: 'NOT_FOUND', 13: 'INTERNAL' };
const codeSample = fc.tuple(fc.constantFrom(...ORDERS), fc.constantFrom(...CODES, -1, 2), fc.boolean()).map(
  ([operator, code, named]): Sample => ({
    text: `error.code ${operator.text} ${(named && NAMES[code]) || code}`,
    holds: (operation) => {
      const actual = codeOf(operation);
      return compare(operator, actual === undefined ? undefined : actual - code);
    },
  }),
);

const presenceSample = fc.constantFrom<Sample>(
  { text: 'error:*', holds: (operation) => codeOf(operation) !== undefined },
  { text: 'error.code:*', holds: (operation) => codeOf(operation) !== undefined },
  { text: 'parent:*', holds: (operation) => TEXTS.parent?.(operation) !== '' },
  { text: 'method = "*"', holds: (operation) => TEXTS.method?.(operation) !== '' },
  { text: 'labels:env', holds: (operation) => TEXTS['labels.env']?.(operation) !== undefined },
  { text: 'labels.a-b:*', holds: (operation) => TEXTS['labels.a-b']?.(operation) !== undefined },
);

/** Filters of any shape: parentheses, all three connectives, terms side by side. */
export const sample: fc.Arbitrary<Sample> = fc.letrec<{ term: Sample; factor: Sample; whole: Sample }>(
  (tie) => ({
    term: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        ...[textSample, wildcardSample, stateSample, doneSample, timeSample, codeSample, presenceSample],
      ),
      tie('whole').map(({ text, holds }) => ({ text: `(${text})`, holds })),
      fc.tuple(fc.constantFrom('NOT ', '-'), tie('whole')).map(([sign, { text, holds }]) => ({
        text: `${sign}(${text})`,
        holds: (operation: LiveOperation) => !holds(operation),
      })),
    ),
    // OR binds tighter than AND, so that an OR needs no parentheses inside of one.
    factor: fc.array(tie('term'), { minLength: 1, maxLength: 3 }).map((terms) => ({
      text: terms.map(({ text }) => text).join(' OR '),
      holds: (operation: LiveOperation) => terms.some(({ holds }) => holds(operation)),
    })),
    whole: fc
      .tuple(fc.array(tie('factor'), { minLength: 1, maxLength: 3 }), fc.constantFrom(' AND ', ' '))
      .map(([factors, connective]) => ({
        text: factors.map(({ text }) => text).join(connective),
        holds: (operation: LiveOperation) => factors.every(({ holds }) => holds(operation)),
      })),
  }),
).whole;
