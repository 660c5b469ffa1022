import { isJsonObject, type JsonObject, type JsonValue } from '../../messages/json-value.ts';
import { InvalidInput } from '../../orchestrator/ports/failure.ts';
import { logFault } from '../fault-log.ts';
import { errorBody } from '../http-error.ts';
import { answerOfMethod } from '../method-answer.ts';
import { checkedName } from '../request-name.ts';
import { apply } from './apply.ts';
import { create } from './create.ts';
import { heartbeat } from './heartbeat.ts';
import type { AnsweringMethod, ApiCall } from './method.ts';

const MAX_CALLS = 500;

/** A method that an item may call. */
interface ItemKind {
  readonly method: AnsweringMethod;
  /** The field of the body that holds the operation's name. Absent if the method itself defines its subject. */
  readonly nameField?: 'name' | 'operation';
  /** Puts the answer of the method into the field of its kind. */
  readonly answerOf: (answer: JsonObject) => JsonObject;
}

const KINDS: ReadonlyMap<string, ItemKind> = new Map([
  ['heartbeat', { method: heartbeat, nameField: 'name', answerOf: (lease) => ({ lease }) }],
  ['apply', { method: apply, nameField: 'operation', answerOf: (applied) => ({ applied }) }],
  ['create', { method: create, nameField: undefined, answerOf: (operation) => ({ operation }) }],
]);

interface Item {
  readonly kind: ItemKind;
  readonly body: JsonObject;
}

/**
 * Runs many calls of a worker or a client from one request. They run concurrently, so that their transactions can share a commit.
 * Each call is authorized, counted for the limits of its caller, and answered separately: a refused call does not affect the
 * others. A body that is not a list of calls is refused as a whole, before any call runs.
 */
export const batch: AnsweringMethod = {
  http: 'POST',
  path: '/v1/operations:batch',
  authorizesItems: true,
  async answer(call) {
    const items = itemsOf(call.body);
    return { answers: await Promise.all(items.map((item, index) => answerOf(call, item, index))) };
  },
};

async function answerOf(call: ApiCall, { kind, body }: Item, index: number): Promise<JsonObject> {
  const { orchestrator, settings, caller } = call;
  try {
    // The gate has counted the request, which stands for its first item.
    if (index > 0) settings.gate.limits.admit(caller);
    const name = nameOf(kind, body);
    const itemCall = { ...call, name, body, callId: `${call.callId}.${index}` };
    if (!settings.gate.isOpen) {
      await settings.gate.authorize(
        orchestrator,
        caller,
        'act',
        () => kind.method.subject?.(itemCall) ?? { kind: 'one', name: checkedName(name) },
      );
    }
    return kind.answerOf(await answerOfMethod(kind.method, itemCall));
  } catch (error) {
    logFault(error);
    return { error: errorBody(error) as unknown as JsonObject };
  }
}

/** The unchecked name of the operation in the body. Empty if the method takes no name. */
function nameOf({ nameField }: ItemKind, body: JsonObject): string {
  if (nameField === undefined) return '';
  const name = body[nameField];
  if (typeof name !== 'string') throw new InvalidInput(nameField, 'is required, and must be a text');
  return name;
}

/** @throws InvalidInput that names the item */
function itemsOf(body: JsonValue | undefined): readonly Item[] {
  if (!isJsonObject(body)) throw new InvalidInput('body', 'must be a JSON object: {"calls":[…]}');
  for (const field in body) if (field !== 'calls') throw new InvalidInput(field, 'is unknown');
  const { calls } = body;
  if (!Array.isArray(calls) || calls.length === 0 || calls.length > MAX_CALLS) {
    throw new InvalidInput('calls', `must be a list of 1 to ${MAX_CALLS} calls`);
  }
  return calls.map(itemOf);
}

function itemOf(item: JsonValue, index: number): Item {
  const fields = isJsonObject(item) ? Object.keys(item) : [];
  const [field = ''] = fields;
  const kind = KINDS.get(field);
  if (!isJsonObject(item) || !kind || fields.length > 1) {
    throw new InvalidInput(`calls[${index}]`, `must have exactly one of ${[...KINDS.keys()].join(', ')}`);
  }
  const body = item[field];
  if (!isJsonObject(body)) throw new InvalidInput(`calls[${index}].${field}`, 'must be a JSON object');
  return { kind, body };
}
