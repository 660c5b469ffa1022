/** The setting REDACT in a process of its own: what the console and people who look for a fault see, and what the log has. */
import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../setup/run-program.ts';
import { until } from '../setup/until.ts';
import { call, post } from './rest.ts';

const STRUCT = 'type.googleapis.com/google.protobuf.Struct';
const SECRET = 'secret-4111-1111';
/** What browsers send with the calls of a page of the same origin: the console's. */
const FROM_PAGE = { 'sec-fetch-site': 'same-origin' };

let child: ChildProcess;
let output = '';
let url = '';

beforeAll(async () => {
  const args = runProgram('local/start.ts', '--port=0', '--no-sample');
  const REDACT = '*.card.number,example.v1.Secret.Run,google.protobuf.StringValue,error.message';
  child = spawn(process.execPath, args, { env: { ...process.env, REDACT } });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text) => {
      output += text;
    });
  }
  url = await until('ready', () => /ready at (\S+)/.exec(output)?.[1]);
  await fill();
});
afterAll(async () => {
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGINT');
  await ended;
  expect(output).toContain('"severity":"WARNING"');
  expect(output).toContain('colour');
  expect(output).not.toContain(SECRET);
});

const struct = (value: object) => ({ '@type': STRUCT, value });
const at = (id: string, verb = '') => `${url}/v1/operations/${id}${verb}`;

/** By path, by method, by type and by error, each with the secret; a parent of those; and an event that breaks a rule. */
async function fill() {
  const card = struct({ card: { number: SECRET, name: 'visible' } });
  const create = (operationId: string, method: string, payload: object, rest: object = {}) =>
    post(`${url}/v1/operations`, { operationId, method, input: payload, metadata: payload, ...rest });
  const apply = (id: string, event: object) => post(at(id, ':apply'), event);
  await create('parent', 'example.v1.Orders.Make', card);
  const text = { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: SECRET };
  await create('by-path', 'example.v1.Orders.Pay', card);
  await create('by-method', 'example.v1.Secret.Run', struct({ any: SECRET }));
  await create('by-type', 'example.v1.Orders.Pay', text);
  await create('by-error', 'example.v1.Orders.Pay', card);
  const children = ['by-path', 'by-method', 'by-type', 'by-error'].map((id) => `operations/${id}`);
  await apply('parent', { waiting: { childOperations: children, timeout: '900s' } });
  await post(at('parent', ':notify'), { name: 'paid', payload: card });
  await apply('by-path', { succeeded: { response: card } });
  await apply('by-method', { succeeded: { response: struct({ any: SECRET }) } });
  await apply('by-type', { succeeded: { response: text } });
  await apply('by-error', {
    failed: { error: { code: 9, message: `card ${SECRET} is refused`, details: [text] } },
  });
  await create('by-try', 'example.v1.Orders.Pay', card, {
    dispatch: { firstBackoff: '3600s', maxBackoff: '3600s' },
  });
  await apply('by-try', {
    ...{ attempt: 1, worker: 'w' },
    attemptFailed: { error: { code: 14, message: `card ${SECRET} times out` }, retryDelay: '3600s' },
  });
  await until(
    'the end of the wait',
    async () => (await call(at('parent', ':inspect'))).body.state === 'RUNNING',
  );
  await apply('parent', { failed: { error: { code: 9, message: `a child says ${SECRET}` } } });
  await post(`${url}/v1/projects/p/topics/operation-lifecycle:publish`, {
    messages: [
      {
        data: Buffer.from(`{"operation":"operations/x","created":{},"colour":"${SECRET}"}`).toString(
          'base64',
        ),
      },
    ],
  });
  await until(
    'the dead letter',
    async () => (await call(`${url}/console-api/dead-letters`)).body.deadLetters.length > 0,
  );
}

async function text(path: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(path, { headers });
  expect(response.status).toBe(200);
  return response.text();
}

const IDS = ['parent', 'by-path', 'by-method', 'by-type', 'by-error', 'by-try'];

describe('for every caller', () => {
  it.each(IDS)(':inspect and :explain of %s have no secret', async (id) => {
    for (const verb of [':inspect', ':explain']) expect(await text(at(id, verb))).not.toContain(SECRET);
  });

  it('say that there is something that is not shown', async () => {
    const { body } = await call(at('by-error', ':explain'));
    expect(body.sentence).toContain('[redacted] (code 9)');
    const tried = await call(at('by-try', ':explain'));
    expect(tried.body.sentence).toContain('after try 1 of 5 failed: [redacted] (code 14)');
    const { history, input } = (await call(at('by-try', ':inspect'))).body;
    expect(input).toEqual(struct({ card: { number: '[redacted]', name: 'visible' } }));
    expect(history[0].error).toEqual({ code: 14, message: '[redacted]' });
    const inspected = await call(at('parent', ':inspect'));
    const failed = inspected.body.waits[0].children.first.find(({ error }: { error?: object }) => error);
    expect(failed.error).toEqual({ code: 9, message: '[redacted]' });
  });

  it('summaries have no secret, in lists and in watches', async () => {
    expect(await text(`${url}/v1/operations?view=SUMMARY`)).not.toContain(SECRET);
    expect(await firstEvent(at('by-error', ':watch?view=SUMMARY'))).toContain('[redacted]');
  });

  it('the operation itself has its response and its error, since clients need them', async () => {
    expect((await call(at('by-path'))).body.response.value.card.number).toBe(SECRET);
    expect((await call(at('by-error'))).body.error.message).toContain(SECRET);
    expect(await firstEvent(at('by-path', ':watch'))).toContain(SECRET);
    expect(await text(at('parent', '/children'))).toContain(SECRET);
    expect(await text(at('parent', ':export'))).toContain(SECRET);
  });
});

describe('for the console', () => {
  it.each(IDS)('no answer about %s has the secret', async (id) => {
    for (const verb of ['', ':inspect', ':explain', '/children?pageSize=10']) {
      expect((await fetch(at(id, verb), { headers: FROM_PAGE })).status).toBeLessThan(500);
      expect(await (await fetch(at(id, verb), { headers: FROM_PAGE })).text()).not.toContain(SECRET);
    }
    const event = await firstEvent(at(id, ':watch'), FROM_PAGE);
    expect(event).toContain(`operations/${id}`);
    expect(event).not.toContain(SECRET);
  });

  it('shows what no entry names', async () => {
    const { body } = await call(at('by-path'), { headers: FROM_PAGE });
    expect(body.response.value).toEqual({ card: { number: '[redacted]', name: 'visible' } });
    expect((await call(at('by-method'), { headers: FROM_PAGE })).body.response).toEqual({
      '@type': STRUCT,
      value: '[redacted]',
    });
  });

  it('lists nothing of the secret', async () => {
    for (const query of ['', '?view=SUMMARY', '?filter=done=true']) {
      expect(await text(`${url}/v1/operations${query}`, FROM_PAGE)).not.toContain(SECRET);
    }
  });

  it('dead letters have no data, and cannot be published again from there', async () => {
    const { body } = await call(`${url}/console-api/dead-letters`, { headers: FROM_PAGE });
    expect(body.deadLetters).toMatchObject([{ field: 'colour', data: '[redacted]', truncated: true }]);
  });

  it('refuses an export', async () => {
    const { status, body } = await call(at('parent', ':export'), { headers: FROM_PAGE });
    expect([status, body.error.status]).toEqual([403, 'PERMISSION_DENIED']);
  });
});

/** The first event of a watch that has an operation. */
async function firstEvent(path: string, headers: Record<string, string> = {}): Promise<string> {
  const stop = new AbortController();
  const response = await fetch(path, { headers, signal: stop.signal });
  let text = '';
  try {
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(bytes).toString();
      const [, data] = /data: (\{"name".*)\n/.exec(text) ?? [];
      if (data) return data;
    }
  } finally {
    stop.abort();
  }
  throw new Error(`no event: ${text}`);
}
