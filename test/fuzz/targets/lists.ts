/**
 * Every list: filters, page sizes and page tokens, over HTTP and gRPC. The page tokens are valid tokens of the same list and of other
 * lists, and damaged ones. A list must refuse every token that it has not returned, because the token would choose any position.
 */
import { Agent } from 'node:http';
import { Client, credentials, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { schema } from '../../../shared/messages/schema.ts';
import { type FuzzedSystem, startFuzzedSystem } from '../fuzzed-system.ts';
import { requireHarmless, send } from '../http-calls.ts';
import { filterText } from '../inputs/filters.ts';
import { hostileText } from '../inputs/hostile.ts';
import { apiRoutes } from '../inputs/routes.ts';
import type { Target } from '../target.ts';

interface ListCall {
  readonly route: string;
  readonly overGrpc: boolean;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly token: TokenUse | undefined;
}

/** The issued token to send, and how to damage it first. */
interface TokenUse {
  readonly which: number;
  readonly damage: 'none' | 'flip' | 'cut' | 'append' | 'repeat' | 'replace';
  readonly at: number;
  readonly text: string;
}

const OPERATIONS = 400;
/** The longest path that Node accepts. */
const MAX_PATH = 14_000;
const GRPC_DEADLINE_MS = 10_000;
/** Lists without a description in a document. */
const OTHER_ROUTES = [
  '/v1/projects/local/topics',
  '/v1/projects/local/subscriptions',
  '/v1/projects/local/topics/operation-signals/subscriptions',
  '/v1/projects/local/locations/us-central1/workflows',
  '/v1/projects/local/locations/us-central1/workflows/parallel-poll/executions',
  '/v1/projects/local/locations/us-central1/workflows/parallel-poll:listRevisions',
];
const LISTS = schema.lookupType('google.longrunning.ListOperationsRequest');

export const LISTS_TARGET: Target<ListCall> = {
  name: 'lists',
  async open() {
    const system = await startFuzzedSystem();
    await fill(system);
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const client = new Client(system.grpcAddress, credentials.createInsecure());
    const port = Number(new URL(system.operationsUrl).port);
    const document = await (await fetch(`${system.operationsUrl}/openapi.json`)).json();
    const routes = [
      ...apiRoutes(document)
        .filter(({ method, query }) => method === 'GET' && query.some((name) => PAGING.test(name)))
        .map(({ path, query }) => ({ path: path.replaceAll(/\{operation\}/g, 'waiting'), query })),
      ...OTHER_ROUTES.map((path) => ({
        path,
        query: ['pageSize', 'pageToken', 'filter', 'orderBy', 'view'],
      })),
    ];
    const tokens = await tokensOf(system);
    return {
      inputs: fc.constantFrom(...routes).chain(callOf),
      async feed(call) {
        const parameters = [...call.parameters];
        if (call.token) parameters.push(['pageToken', sent(call.token, tokens)]);
        if (call.overGrpc) return `gRPC ${await listOverGrpc(client, parameters)}`;
        const query = parameters.map(([name, value]) => `${name}=${encoded(value)}`).join('&');
        const path = `${call.route}?${query}`.slice(0, MAX_PATH);
        const answer = await send(port, agent, { route: call.route, method: 'GET', path, headers: {} });
        if (!answer) return `${call.route} held`;
        requireHarmless(answer);
        const { nextPageToken } = answer.status === 200 ? pageOf(answer.text) : {};
        if (nextPageToken && tokens.length < 500) tokens.push(nextPageToken);
        return `${call.route} ${Math.floor(answer.status / 100)}xx`;
      },
      show: (call) => JSON.stringify(call).slice(0, 4_000),
      async close() {
        agent.destroy();
        client.close();
        await system.stop();
      },
    };
  },
};

const PAGING = /^(filter|pageToken|pageSize|historyPageToken|after)$/;

async function fill({ publish }: FuzzedSystem): Promise<void> {
  for (let index = 0; index < OPERATIONS; index++) {
    const created = { method: `m${index % 7}`, labels: { env: `e${index % 5}`, 'a.b': 'c' } };
    await publish(Buffer.from(JSON.stringify({ operation: `operations/many-${index}`, created })));
  }
}

/** Of lists with and without a filter, of children and of histories. */
async function tokensOf({ operationsUrl }: FuzzedSystem): Promise<string[]> {
  const tokens: string[] = [];
  for (const path of [
    '/v1/operations?pageSize=1',
    '/v1/operations?pageSize=3&filter=done%3Dfalse',
    '/v1/operations/waiting/children?pageSize=1&waitId=wait',
    '/v1/projects/local/subscriptions?pageSize=1',
    '/v1/projects/local/topics?pageSize=1',
  ]) {
    const { nextPageToken } = pageOf(await (await fetch(operationsUrl + path)).text());
    if (nextPageToken) tokens.push(nextPageToken);
  }
  if (tokens.length < 4) throw new Error(`only ${tokens.length} lists have a second page`);
  return tokens;
}

function pageOf(text: string): { readonly nextPageToken?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function callOf({ path, query }: { readonly path: string; readonly query: readonly string[] }) {
  const names = query.filter((name) => name !== 'pageToken');
  const parameter = fc
    .constantFrom('filter', ...names)
    .chain((name) => valueFor(name).map((value): readonly [string, string] => [name, value]));
  return fc.record({
    route: fc.constant(path),
    overGrpc: path === '/v1/operations' ? fc.boolean() : fc.constant(false),
    parameters: fc.uniqueArray(parameter, { maxLength: 3, selector: ([name]) => name }),
    token: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: tokenUse }),
  });
}

function valueFor(name: string): fc.Arbitrary<string> {
  if (/filter/i.test(name)) return filterText;
  if (/size|limit|count/i.test(name)) {
    return fc.oneof(fc.integer().map(String), fc.nat(1_500).map(String), hostileText);
  }
  return fc.oneof(
    fc.constantFrom('wait', 'PENDING', 'SUCCEEDED', 'FULL', 'createTime desc', 'name'),
    hostileText,
  );
}

const tokenUse: fc.Arbitrary<TokenUse> = fc.record({
  which: fc.nat(499),
  damage: fc.constantFrom('none', 'none', 'flip', 'cut', 'append', 'repeat', 'replace'),
  at: fc.nat(),
  text: fc.oneof(
    hostileText,
    fc.constantFrom('MA==', 'MA', `${Number.MAX_SAFE_INTEGER}`, '-1', '1e9', '0x10', 'operations/known'),
    fc.base64String({ maxLength: 80 }),
  ),
});

function sent({ which, damage, at, text }: TokenUse, tokens: readonly string[]): string {
  const token = tokens[which % tokens.length] ?? '';
  const place = at % (token.length + 1);
  switch (damage) {
    case 'none':
      return token;
    case 'flip':
      return `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`;
    case 'cut':
      return token.slice(0, place);
    case 'append':
      return token + text;
    case 'repeat':
      return token.repeat(40);
    case 'replace':
      return text;
  }
}

const encoded = (text: string) => encodeURIComponent(Buffer.from(text).toString());

/** Returns the name of the code. @throws Error for a fault of the server */
function listOverGrpc(client: Client, parameters: ListCall['parameters']): Promise<string> {
  const { filter, pageSize, pageToken } = Object.fromEntries(parameters);
  const size = Math.trunc(Number(pageSize ?? 0)) || 0;
  const request = LISTS.create({
    ...{ name: 'operations', filter, pageToken },
    pageSize: Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, size)),
  });
  const bytes = Buffer.from(LISTS.encode(request).finish());
  const same = (message: Buffer) => message;
  const deadline = Date.now() + GRPC_DEADLINE_MS;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      '/google.longrunning.Operations/ListOperations',
      ...([same, same, bytes, { deadline }] as const),
      (error) => {
        const code = error?.code ?? status.OK;
        const isHarmless = [status.OK, status.INVALID_ARGUMENT, status.RESOURCE_EXHAUSTED].includes(code);
        if (isHarmless) resolve(status[code] ?? String(code));
        else reject(new Error(`is answered ${status[code]}: ${error?.details}`));
      },
    );
  });
}
