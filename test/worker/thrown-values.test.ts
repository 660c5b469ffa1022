/** Whatever a step throws ends its operation at once, with an error that a person understands, and the worker goes on. */
import {
  createOperations,
  defineOperation,
  isOperationError,
  OperationError,
  type OperationErrorOptions,
} from 'lro-orchestrator';
import { operation, type Serving, serve } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { jsonLog } from '../../shared/worker/json-log.ts';

const untyped = (value: unknown): any => value;
const input = v.object({ n: v.number() });
const dispatch = { maxTries: 1 };
const plain = defineOperation('t.v1.Plain', { input, dispatch });
const catching = defineOperation('t.v1.Catching', { input, dispatch });

const withDetails = (...details: unknown[]) =>
  new OperationError('ALREADY_EXISTS', 'taken', { details: details as OperationErrorOptions['details'] });
/** An error whose fields were changed after it was made. */
const changed = (fields: object) => Object.assign(new OperationError('ALREADY_EXISTS', 'taken'), fields);
const unreadable = (field: string) =>
  Object.defineProperty(new OperationError('ALREADY_EXISTS', 'taken'), field, {
    get: () => {
      throw new Error('the field cannot be read');
    },
  });
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

const TYPE = 'type.googleapis.com/google.rpc.';
const FAILED = 'UNKNOWN: step "start" failed';
const UNREADABLE = `${FAILED}, and what it threw cannot be read`;
const leftOut = (what: string) => `ALREADY_EXISTS: taken (left out: ${what})`;

const thrown: [situation: string, value: unknown, outcome: string][] = [
  ['a detail that is null', withDetails(null), leftOut('details[0]: must be a JSON object, and is null')],
  ['a detail that is text', withDetails('x'), leftOut('details[0]: must be a JSON object, and is a string')],
  [
    'a detail that is a list',
    withDetails({}, []),
    leftOut('details[1]: must be a JSON object, and is an array'),
  ],
  [
    'a detail that is a Date',
    withDetails(new Date()),
    leftOut('details[0]: must be a JSON object, and is a Date'),
  ],
  [
    'a detail with a bigint',
    withDetails({ a: [1n] }),
    leftOut('details[0].a[0]: must be JSON, and is a bigint'),
  ],
  [
    'a typed detail with NaN',
    withDetails({ '@type': `${TYPE}ErrorInfo`, n: Number.NaN }),
    leftOut('details[0].n: must be JSON, and is NaN'),
  ],
  ['a type that is no URL', withDetails({ '@type': 'x' }), leftOut('details[0].@type: must be a type URL')],
  [
    'a delay that is none',
    withDetails({ '@type': `${TYPE}RetryInfo`, retryDelay: 'soon' }),
    leftOut('details[0].retryDelay: must be a duration in seconds, such as "1.5s"'),
  ],
  [
    'details that are no list',
    changed({ details: 'x' }),
    'ALREADY_EXISTS: taken (details are left out: must be an array)',
  ],
  ['no details', changed({ details: undefined }), 'ALREADY_EXISTS: taken'],
  [
    'a code that is a number',
    changed({ code: 5 }),
    'UNKNOWN: taken (its code 5 is no code of google.rpc.Code)',
  ],
  [
    'the code of another library',
    changed({ code: 'ENOENT' }),
    'UNKNOWN: taken (its code ENOENT is no code of google.rpc.Code)',
  ],
  ['half of a surrogate pair', changed({ message: 'a\ud800' }), 'ALREADY_EXISTS: a\ufffd'],
  ['a message without text', changed({ message: Symbol('s') }), 'ALREADY_EXISTS: Symbol(s)'],
  [
    'a message of two megabytes',
    changed({ message: 'x'.repeat(2_000_000) }),
    `ALREADY_EXISTS: ${'x'.repeat(65_535)}…`,
  ],
  [
    'a pause that is a number',
    changed({ retry: 5 }),
    'ALREADY_EXISTS: taken (its retry is 5, and no pause is taken from it: must be false, or a duration such as "30s")',
  ],
  [
    'a pause without a unit',
    changed({ retry: '5' }),
    'ALREADY_EXISTS: taken (its retry is 5, and no pause is taken from it: must be false, or a duration such as "30s")',
  ],
  ['a frozen error', Object.freeze(withDetails()), 'ALREADY_EXISTS: taken'],
  ['an error that is its own cause', changed({ cause: cyclic }), 'ALREADY_EXISTS: taken'],
  ['a field that cannot be read', unreadable('details'), UNREADABLE],
  [
    'a brand alone',
    { [Symbol.for('lro-orchestrator.OperationError')]: true },
    expect.stringMatching(/^UNKNOWN: undefined/),
  ],
  ['a revoked Proxy', revoked(), UNREADABLE],
  [
    'undefined',
    undefined,
    'INTERNAL: step "start" threw undefined: op.failure is set only in a step that a "catch" names',
  ],
  ['null', null, FAILED],
  ['a bigint', 5n, FAILED],
  ['a symbol', Symbol('s'), FAILED],
  ['an object that contains itself', cyclic, FAILED],
  ['an object without a prototype', Object.create(null), FAILED],
  ['an object whose JSON cannot be made', { toJSON: () => JSON.parse('') }, FAILED],
];

let system: LocalSystem;
let serving: Serving;
const lines: string[] = [];
beforeAll(async () => {
  system = await startEmbeddedSystem({ push: true });
  const start = ({ input: { n } }: { input: { n: number } }): never => {
    throw thrown[n]?.[1];
  };
  const caught = untyped((op: { failure: unknown }) => {
    throw op.failure;
  });
  serving = await serve(
    [operation(plain).steps({ start }), operation(catching, { catch: 'caught' }).steps({ start, caught })],
    { url: system.url, handleSignals: false, log: jsonLog({}, (line) => lines.push(line)) },
  );
});
afterAll(async () => {
  await serving.stop();
  await system.stop();
});

it.concurrent.each(thrown.map(([situation, , outcome], n) => ({ situation, outcome, n })))(
  'a step that throws $situation',
  async ({ outcome, n }) => {
    const lro = createOperations({ url: system.url });
    for (const definition of [plain, catching]) {
      const handle = await lro.create(definition, { n });
      const error = await handle.result().catch((failure) => failure);
      expect(isOperationError(error)).toBe(true);
      expect(`${error.code}: ${error.message}`).toEqual(outcome);
    }
    expect(lines.join('\n')).not.toContain('without a word');
  },
);

it('the log names a value that JSON does not have', () => {
  const log = jsonLog({}, (line) => lines.push(line));
  const logged = (fields: object) => {
    log.info('m', fields);
    return JSON.parse(lines.at(-1) ?? '');
  };
  expect(logged({ rows: 5n })).toMatchObject({ message: 'm', rows: '5' });
  expect(logged({ cyclic, n: 1 })).toMatchObject({ n: 1, cyclic: expect.stringContaining('[Circular') });
  expect(logged({ err: revoked() })).toMatchObject({ message: 'm', err: expect.anything() });
});
