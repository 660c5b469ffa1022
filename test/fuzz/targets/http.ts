/** Every HTTP route of the system, with requests that are almost valid, and with arbitrary requests. */
import { Agent } from 'node:http';
import fc from 'fast-check';
import { hostileCall } from '../../operations-api/hostile-input.ts';
import { startFuzzedSystem } from '../fuzzed-system.ts';
import { type HttpCall, requireHarmless, send } from '../http-calls.ts';
import { damaged, hostileText, hostileValue, mutated, textOf } from '../inputs/hostile.ts';
import { operationId, plausibleText } from '../inputs/plausible.ts';
import { apiRoutes, FUNCTION_ROUTES, type Route, routerRoutes } from '../inputs/routes.ts';
import type { Target } from '../target.ts';

/** Node's parser refuses longer paths. */
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
