/** Every HTTP route of the system: requests that are valid but for something, and requests that are nothing of the kind. */
import { Agent, request as httpRequest } from 'node:http';
import fc from 'fast-check';
import { hostileCall } from '../../operations-api/hostile-input.ts';
import { startFuzzedSystem } from '../fuzzed-system.ts';
import { damaged, hostileText, hostileValue, mutated, textOf } from '../inputs/hostile.ts';
import { operationId, plausibleText } from '../inputs/plausible.ts';
import { apiRoutes, FUNCTION_ROUTES, type Route, routerRoutes } from '../inputs/routes.ts';
import type { Target } from '../target.ts';

interface HttpCall {
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | undefined;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** A call whose answer waits for something else is given up after so long. */
const HELD_MS = 60;
const HELD = /:wait|:watch|:pull$|callbacks/;
const ANSWER_MS = 20_000;
/** What is longer Node's own parser refuses. */
const MAX_PATH = 14_000;

export const HTTP: Target<HttpCall> = {
  name: 'http',
  async open() {
    const system = await startFuzzedSystem();
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const { port } = new URL(system.operationsUrl);
    const document = await (await fetch(`${system.operationsUrl}/openapi.json`)).json();
    const routes = [...apiRoutes(document), ...FUNCTION_ROUTES, ...routerRoutes()];
    return {
      inputs: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...routes).chain(callOf) },
        { weight: 1, arbitrary: hostileCall.map((call) => ({ route: 'anything', ...call })) },
      ),
      async feed(call) {
        const answer = await send(Number(port), agent, call);
        if (!answer) return `${call.route} held`;
        requireHarmless(answer);
        return `${call.route} ${Math.floor(answer.status / 100)}xx`;
      },
      show: ({ method, path, headers, body }) =>
        `${method} ${path}\n${JSON.stringify(headers)}\n${String(body ?? '').slice(0, 2_000)}`,
      async close() {
        agent.destroy();
        await system.stop();
      },
    };
  },
};

function callOf({ method, path, query, body }: Route): fc.Arbitrary<HttpCall> {
  const parameters = fc.array(fc.constantFrom(...query, '$fields', 'x').chain(parameter), { maxLength: 3 });
  return fc
    .record({
      path: pathOf(path),
      parameters,
      headers: headersFor(path),
      body: body ? bodyText(body) : fc.option(fc.constantFrom('{}', '{"a":1}'), { nil: undefined, freq: 1 }),
    })
    .map((call) => ({
      route: `${method} ${path}`,
      method,
      path: `${call.path}${call.parameters.length > 0 ? '?' : ''}${call.parameters.join('&')}`.slice(
        0,
        MAX_PATH,
      ),
      headers: call.body === undefined ? withoutType(call.headers) : call.headers,
      body: call.body,
    }));
}

const bodyText = (body: NonNullable<Route['body']>) => {
  const text = mutated(body).map(textOf);
  return fc.oneof(
    { weight: 8, arbitrary: text },
    { weight: 1, arbitrary: damaged(text).map((broken) => Buffer.from(broken)) },
    { weight: 1, arbitrary: hostileValue.map(textOf) },
  );
};

const parameter = (name: string) => {
  const values = fc.oneof(
    { weight: 2, arbitrary: fc.nat(1_001).map(String) },
    { weight: 3, arbitrary: plausibleText(name) },
    { weight: 2, arbitrary: hostileText },
  );
  return values.map((value) => `${encodeURIComponent(name)}=${encoded(value)}`);
};

const encoded = (text: string) => encodeURIComponent(Buffer.from(text).toString());

const SEGMENTS: Readonly<Record<string, readonly string[]>> = {
  project: ['local'],
  location: ['us-central1'],
  workflow: ['parallel-poll', 'fuzzed'],
};
const NAMES = ['operation-lifecycle', 'operation-signals-local', 'operation-dead-letters-local', 'fuzzed'];

function pathOf(template: string): fc.Arbitrary<string> {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const values = names.map((name) => {
    const known = name === 'operation' ? operationId : fc.constantFrom(...(SEGMENTS[name] ?? NAMES));
    return fc.oneof({ weight: 8, arbitrary: known }, { weight: 1, arbitrary: hostileText.map(encoded) });
  });
  return fc.tuple(...values).map((all) => {
    let index = 0;
    return template.replace(/\{\w+\}/g, () => all[index++] ?? '');
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const ODD_HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-16' },
  { ...JSON_TYPE, 'content-encoding': 'gzip' },
  { ...JSON_TYPE, 'x-http-method-override': 'DELETE', authorization: 'Bearer x.y.z' },
  { ...JSON_TYPE, 'last-event-id': 'NaN', traceparent: '00-zz-1-1' },
];

function headersFor(path: string): fc.Arbitrary<Readonly<Record<string, string>>> {
  const usual =
    path === '/resume'
      ? operationId.map((id) => ({ ...JSON_TYPE, 'x-alis-operation-id': id }))
      : fc.constant(JSON_TYPE);
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: fc.constantFrom(...ODD_HEADERS) });
}

function withoutType({
  'content-type': _,
  ...rest
}: Readonly<Record<string, string>>): Record<string, string> {
  return rest;
}

/** undefined where the answer is one that waits. */
function send(port: number, agent: Agent, call: HttpCall): Promise<Answer | undefined> {
  const { method, path, headers, body } = call;
  return new Promise((resolve, reject) => {
    const isHeld = HELD.test(path.split('?')[0] ?? '');
    const limit = setTimeout(
      () => {
        request.destroy();
        if (isHeld) resolve(undefined);
        else reject(new Error(`has no answer after ${ANSWER_MS} ms`));
      },
      isHeld ? HELD_MS : ANSWER_MS,
    );
    const end = (act: () => void) => {
      clearTimeout(limit);
      act();
    };
    const request = httpRequest({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => end(() => (isHeld ? resolve(undefined) : reject(error))));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const type = response.headers['content-type'] ?? '';
        end(() => resolve({ status: response.statusCode ?? 0, type, text }));
      });
    });
    request.on('error', (error) => end(() => (isHeld ? resolve(undefined) : reject(error))));
    request.end(body);
  });
}

function requireHarmless({ status, type, text }: Answer): void {
  if (status >= 500) throw new Error(`is answered ${status}: ${text.slice(0, 500)}`);
  if (/node_modules|\.[jt]s:\d|\\n\s+at /.test(text))
    throw new Error(`shows where it failed: ${text.slice(0, 500)}`);
  if (type.startsWith('application/json') && text !== '') JSON.parse(text);
  if (status >= 400 && text !== '' && !type.startsWith('application/json')) {
    throw new Error(`is answered ${status} as ${type}: ${text.slice(0, 200)}`);
  }
}
