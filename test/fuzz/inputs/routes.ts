/**
 * Every HTTP route of the system, with valid bodies: those of the Operations API from the document that it serves, those of
 * the bus and of the executor from their routers and Google's .proto files. A new route is fuzzed because it is there.
 */
import { createRequire } from 'node:module';
import type { Router } from 'express';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { systemApi } from '../../../console/server/system-api.ts';
import type { SystemView } from '../../../console/server/system-view.ts';
import { Executor, RealClock, workflowsApi } from '../../../executor/index.ts';
import { pubsubApi } from '../../../local/bus/api/pubsub-api.ts';
import type { Bus } from '../../../local/bus/bus.ts';
import { JsonSchemas } from './from-json-schema.ts';
import { messages } from './from-proto.ts';
import type { Json } from './hostile.ts';

export interface Route {
  readonly method: string;
  /** With `{parameters}`, as OpenAPI writes it. */
  readonly path: string;
  readonly query: readonly string[];
  /** Absent where the method takes none. */
  readonly body?: fc.Arbitrary<Json>;
}

// biome-ignore lint/suspicious/noExplicitAny: a document is read by asking what it has
type Document = any;

export function apiRoutes(document: Document): Route[] {
  const schemas = new JsonSchemas(document);
  return Object.entries(document.paths as Record<string, Document>).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Document>)
      .filter(([method]) => method !== 'parameters')
      .map(([method, { parameters = [], requestBody }]) => {
        const query = parameters
          .filter((one: Document) => one.in === 'query')
          .map((one: Document) => one.name);
        const schema = requestBody?.content?.['application/json']?.schema;
        return {
          method: method.toUpperCase(),
          path,
          query,
          ...(schema && { body: schemas.valuesOf(schema) }),
        };
      }),
  );
}

const load = createRequire(import.meta.url);
const PROTOS = [
  '@google-cloud/pubsub/build/protos/protos.json',
  '@google-cloud/workflows/build/protos/protos.json',
];
const PAGED = ['pageSize', 'pageToken', 'filter', 'orderBy', 'view', 'updateMask', 'workflowId'];

/** The routes of the routers that the local system puts together. */
export function routerRoutes(): Route[] {
  const executor = new Executor({ clock: new RealClock() });
  const bodies = bodiesByRoute();
  const bus = { registry: {} } as Bus;
  return [pubsubApi(bus), workflowsApi(executor), systemApi({} as SystemView)].flatMap((router) =>
    routesOf(router).map(({ method, path }) => {
      const known = bodies.get(`${method} ${withoutNames(path)}`);
      const body = known ?? SEEDS[`${method} ${path}`];
      const takesBody = method !== 'GET' && method !== 'DELETE';
      return { method, path, query: PAGED, ...(takesBody && { body: body ?? fc.constant({}) }) };
    }),
  );
}

/** Bodies of routes without a described body. */
const SEEDS: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  'POST /console-api/dead-letters/{id}/publish': fc.constantFrom<Json>(
    { data: '{"operation":"operations/known","progressed":{}}', encoding: 'TEXT' },
    { data: 'AAAA', encoding: 'BASE64' },
  ),
};

const waitId = fc.constantFrom('wait', 'other');
/** The functions that the workflow and Cloud Scheduler call. */
export const FUNCTION_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/resume',
    query: [],
    body: fc.record({
      waitId,
      data: fc.record({
        ifDue: fc.boolean(),
        children: fc.array(
          fc.record({
            key: fc.constantFrom('operations/done', 'https://jobs.example.com/x'),
            outcome: fc.constantFrom('PENDING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'NOT_FOUND'),
            response: fc.constant({ '@type': 'type.googleapis.com/google.protobuf.Empty' }),
            pollStatus: fc.constantFrom(0, 200, 404),
          }),
          { maxLength: 3 },
        ),
      }),
    }) as fc.Arbitrary<Json>,
  },
  { method: 'POST', path: '/sweep', query: [], body: fc.constant({}) },
];

interface Layer {
  readonly route?: {
    readonly path: string;
    readonly stack: readonly { readonly method?: string }[];
  };
}

function routesOf(router: Router): { method: string; path: string }[] {
  const layers = router.stack as unknown as readonly Layer[];
  return layers.flatMap(({ route }) => {
    if (!route) return [];
    // Express writes `:name` for a parameter, and `\\:verb` for the text itself.
    const path = route.path.replace(/(^|[^\\]):(\w+)/g, '$1{$2}').replaceAll('\\', '');
    const methods = new Set(route.stack.map(({ method }) => method?.toUpperCase() ?? 'POST'));
    return [...methods].map((method) => ({ method, path }));
  });
}

const withoutNames = (path: string) => path.replace(/\{[^}]*\}/g, '*');

// What the `google.api.http` of each method says, such as `POST /v1/projects/*/topics/*:publish`, with the bodies it takes.
function bodiesByRoute(): Map<string, fc.Arbitrary<Json>> {
  const bodies = new Map<string, fc.Arbitrary<Json>>();
  for (const file of PROTOS) {
    for (const method of methodsOf(protobuf.Root.fromJSON(load(file)))) {
      const options = method.options ?? {};
      const body = options['(google.api.http).body'];
      const verb = ['get', 'put', 'post', 'patch', 'delete'].find(
        (one) => options[`(google.api.http).${one}`],
      );
      method.resolve();
      const type = method.resolvedRequestType;
      if (!body || !verb || !type) continue;
      const path = String(options[`(google.api.http).${verb}`]).replace(/\{[\w.]+=([^}]*)\}/g, '$1');
      const field = body === '*' ? undefined : type.fields[body]?.resolve().resolvedType;
      bodies.set(`${verb.toUpperCase()} ${path}`, messages(field instanceof protobuf.Type ? field : type));
    }
  }
  return bodies;
}

function methodsOf(namespace: protobuf.NamespaceBase): protobuf.Method[] {
  return namespace.nestedArray.flatMap((nested) => {
    if (nested instanceof protobuf.Service) return nested.methodsArray;
    return nested instanceof protobuf.Namespace ? methodsOf(nested) : [];
  });
}
