/** The events that the local system could not apply, as its console has them. */
import { ApiError } from '../../shared/client/api-error.ts';
import { operationOfEvent } from '../../shared/client/event-operation.ts';
import { HttpApi } from '../../shared/client/http-api.ts';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { requireEvent } from './publish.ts';

const PATH = '/console-api/dead-letters';
const NOT_HERE =
  'only the local system shows its dead letters. Those of a deployment: ' +
  'gcloud pubsub subscriptions pull operation-dead-letters-inbox --limit=10; docs/operating.md says how to publish them again';

const NEXT_STEP =
  'publish one again once its cause is mended: lro dead-letters publish ID, or with the corrected EVENT_JSON behind it';
/** The system shows so many at once. */
const MOST_SHOWN = 100;

interface DeadLetter {
  readonly id: string;
  readonly publishTime: string;
  readonly reason: string;
  readonly data: string;
}

export const deadLetters: Command = {
  parameters: ['[publish|discard]', '[ID]', '[EVENT_JSON]'],
  summary:
    'lists events that the local system could not apply, of all tenants; publishes one again, as it is or corrected, or discards it',
  flags: {},
  async run(call) {
    const [act, id, event] = call.positionals;
    if (act === undefined) return list(call);
    if (act !== 'publish' && act !== 'discard')
      throw new UsageError(`it publishes or discards, and "${act}" is neither`);
    if (id === undefined) throw new UsageError('ID is missing');
    if (act === 'publish') return publishAgain(call, id, event);
    if (event !== undefined) throw new UsageError(`"${event}" is an unexpected argument`);
    await request(call, 'DELETE', `/${encodeURIComponent(id)}`);
    return done(call, id, 'discarded');
  },
};

async function list(call: Invocation): Promise<number> {
  const { deadLetters } = await request<{ deadLetters: readonly DeadLetter[] }>(call, 'GET', '');
  for (const letter of deadLetters) call.print(call.json ? JSON.stringify(letter) : lineOf(letter));
  if (deadLetters.length === 0) call.printError('there are no dead letters');
  else if (!call.json) call.printError(NEXT_STEP);
  if (deadLetters.length >= MOST_SHOWN) call.printError('there may be more');
  return 0;
}

async function publishAgain(call: Invocation, id: string, event: string | undefined): Promise<number> {
  // A corrected event that breaks a rule would only become another dead letter.
  if (event !== undefined) await requireEvent(Buffer.from(event));
  const body = event === undefined ? {} : { data: event, encoding: 'TEXT' };
  await request(call, 'POST', `/${encodeURIComponent(id)}/publish`, body);
  return done(call, id, 'published again');
}

function done({ json, print }: Invocation, id: string, what: string): number {
  if (!json) print(`${id}  ${what}`);
  return 0;
}

function lineOf({ id, publishTime, reason, data }: DeadLetter): string {
  return [id, publishTime, operationOfEvent(data), reason].filter(Boolean).join('  ');
}

async function request<T>(
  { url, onRetry }: Invocation,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  const api = new HttpApi({ url, onRetry });
  try {
    return await api.call<T>(method, PATH + path, body, { idempotent: method === 'GET' });
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'METHOD_NOT_FOUND') throw new Error(NOT_HERE);
    throw error;
  }
}
