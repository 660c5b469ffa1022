import { describe, expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import type { JsonObject } from '../../shared/messages/json-value.ts';
import { REDACTED, Redaction } from '../../shared/messages/redaction.ts';
import { redactedAnswer, redactedOperation } from '../../shared/operations-api/redacted-answer.ts';
import type { OperationStore } from '../../shared/orchestrator/ports/store.ts';

const SECRET = 'secret.v1.Run';
const METHODS = new Map([
  ['operations/secret', SECRET],
  ['operations/open', 'open.v1.Run'],
]);

/** The names that were looked up. */
let asked: OperationName[];
const store = {
  async operations(names: readonly OperationName[]) {
    asked.push(...names);
    return new Map(names.map((name) => [name, { creation: { value: { method: METHODS.get(name) } } }]));
  },
} as unknown as OperationStore;

const TYPE = 'type.googleapis.com/google.protobuf.Struct';
const any = (value: JsonObject) => ({ '@type': TYPE, value });
const hidden = { '@type': TYPE, value: REDACTED };
const error = { code: 9, message: 'why', details: [any({ a: 1 })] };
const hiddenError = { code: 9, message: REDACTED, details: [hidden] };

async function shown(answer: JsonObject, ...entries: string[]): Promise<JsonObject> {
  asked = [];
  return redactedAnswer(store, new Redaction(entries), answer);
}

describe('an answer', () => {
  it('has no payload and no error of an operation with a named method, wherever it is listed', async () => {
    const operation = { metadata: any({ a: 1 }), response: any({ a: 1 }), done: true };
    const answer = {
      operations: [
        { name: 'operations/secret', ...operation },
        { name: 'operations/open', ...operation },
        { name: 'operations/secret', error },
      ],
      nested: { first: { name: 'operations/secret', input: any({}), payload: any({}) } },
      nextPageToken: 'next',
    };
    expect(await shown(answer, SECRET)).toEqual({
      operations: [
        { name: 'operations/secret', metadata: hidden, response: hidden, done: true },
        { name: 'operations/open', ...operation },
        { name: 'operations/secret', error: hiddenError },
      ],
      nested: { first: { name: 'operations/secret', input: hidden, payload: hidden } },
      nextPageToken: 'next',
    });
  });

  it('looks up the methods of operations only, and of those whose method it lacks', async () => {
    const answer = {
      name: 'operations/open',
      children: [{ name: 'operations/other', method: SECRET, error }, { name: 'a notification' }],
    };
    expect(await shown(answer, SECRET)).toMatchObject({ children: [{ error: hiddenError }, {}] });
    expect(asked).toEqual(['operations/open']);
  });

  it('looks up nothing if no entry can name a method', async () => {
    await shown({ name: 'operations/secret', input: any({ a: 1 }) }, 'input.a');
    await shown({ name: 'operations/secret', input: any({ a: 1 }) });
    expect(asked).toEqual([]);
  });

  it('hides what is within an operation without a name of its own, as the operation', async () => {
    const within = { waits: [{ notification: { payload: any({ a: 1 }) } }] };
    const all = {
      operations: [
        { name: 'operations/secret', ...within },
        { name: 'operations/open', ...within },
      ],
    };
    expect(await shown(all, SECRET)).toMatchObject({
      operations: [{ waits: [{ notification: { payload: hidden } }] }, within],
    });
  });

  it('keeps fields of the same names that have no payload', async () => {
    const plain = { name: 'operations/open', method: SECRET, error: 'text', payload: ['a'], input: null };
    expect(await shown(plain, SECRET, '*.a')).toEqual(plain);
  });

  it('hides the paths that are named, in every operation', async () => {
    const answer = { operations: [{ name: 'operations/open', input: any({ a: 1, b: 2 }) }] };
    expect(await shown(answer, 'input.a')).toEqual({
      operations: [{ name: 'operations/open', input: any({ a: REDACTED, b: 2 }) }],
    });
  });
});

it('an operation whose JSON has the method is redacted by it', () => {
  const operation = { name: 'operations/secret', method: SECRET, input: any({ a: 1 }) };
  expect(redactedOperation(new Redaction([SECRET]), operation)).toEqual({ ...operation, input: hidden });
  expect(redactedOperation(new Redaction(), operation)).toBe(operation);
});
