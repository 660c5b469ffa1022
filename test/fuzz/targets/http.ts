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
    const segments = { ...SEGMENTS, ...system.chosenNames };
    return {
      routes: routes.map(nameOf),
      inputs: fc.oneof(
        // Made once: to make what a route takes for each input anew costs more than the call.
        { weight: 9, arbitrary: fc.oneof(...routes.map((route) => callOf(route, segments))) },
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

const nameOf = ({ method, path }: Route) => `${method} ${path}`;

type Segments = Readonly<Record<string, readonly string[]>>;

function callOf(route: Route, segments: Segments): fc.Arbitrary<HttpCall> {
  const { method, path, query, body } = route;
  return fc
    .record({
      path: pathOf(path, method === 'DELETE' ? { ...segments, ...DELETABLE } : segments),
      parameters: parametersOf(query),
      headers: headersFor(path),
      body: body ? bodyText(body) : fc.option(fc.constantFrom('{}', '{"a":1}'), { nil: undefined, freq: 1 }),
    })
    .map((call) => ({
      route: nameOf(route),
      method,
      path: `${call.path}${call.parameters.length > 0 ? '?' : ''}${call.parameters.join('&')}`.slice(
        0,
        MAX_PATH,
      ),
      headers: call.body === undefined ? withoutType(call.headers) : call.headers,
      body: call.body,
    }));
}

/** None, those of the route with values as it takes them, or any with any values. */
function parametersOf(query: readonly string[]): fc.Arbitrary<string[]> {
  const known = query.length > 0 ? fc.constantFrom(...query).chain(validParameter) : fc.constant('$fields=*');
  const any = fc.constantFrom(...query, '$fields', 'x').chain(parameter);
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<string[]>([]) },
    { weight: 2, arbitrary: known.map((one) => [one]) },
    { weight: 2, arbitrary: fc.array(any, { maxLength: 3 }) },
  );
}

function validParameter(name: string): fc.Arbitrary<string> {
  const values = /size|limit|count/i.test(name) ? fc.nat(1_000).map(String) : plausibleText(name);
  return values.map((value) => `${encodeURIComponent(name)}=${encoded(value)}`);
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

const SEGMENTS: Segments = {
  project: ['local'],
  location: ['us-central1'],
  workflow: ['parallel-poll', 'fuzzed'],
  entry: ['1', '2'],
};
/** What other inputs need stays: the rest is made again by the route that makes it. */
const DELETABLE: Segments = { workflow: ['fuzzed', 'none'], name: ['fuzzed', 'none'] };
const TOPICS = ['operation-lifecycle', 'operation-signals', 'fuzzed'];
const SUBSCRIPTIONS = ['operation-signals-local', 'operation-dead-letters-local', 'fuzzed'];
const namesFor = (template: string) => (template.includes('/subscriptions/') ? SUBSCRIPTIONS : TOPICS);

function pathOf(template: string, segments: Segments): fc.Arbitrary<string> {
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const values = names.map((name) => {
    // The operation of a location is a change of a workflow.
    const isChange = name === 'operation' && template.includes('/locations/');
    const known =
      name === 'operation' && !isChange
        ? operationId
        : fc.constantFrom(...(segments[isChange ? 'change' : name] ?? namesFor(template)));
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
