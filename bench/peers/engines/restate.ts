/**
 * Restate: the parent's handler calls the children's through its context and awaits all of them. Handlers are served over
 * HTTP/2 from this process, and creates are one-way sends to the ingress, durable when they are answered.
 */
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../engine.ts';
import { packageVersion } from '../package-version.ts';
import { peerPackage } from '../peer-package.ts';
import type { Recorder } from '../recorder.ts';

interface ChildInput {
  readonly parent: string;
  readonly value: number;
}

interface ChildClient {
  run(input: ChildInput): Promise<{ value: number }>;
}

interface Context {
  serviceClient(service: object): ChildClient;
}

interface RestateSdk {
  service(definition: object): object;
  createEndpointHandler(options: { services: object[] }): Parameters<typeof createServer>[1];
  readonly RestatePromise: { all<T>(promises: readonly Promise<T>[]): Promise<T[]> };
}

interface SendClient {
  run(input?: object): Promise<{ invocationId: string }>;
}

interface RestateClients {
  connect(options: { url: string }): { serviceSendClient(service: object): SendClient };
}

interface Invocation {
  readonly id: string;
  readonly completed_at: string;
}

export async function startEngine(recorder: Recorder, connection: string): Promise<Engine> {
  providePromiseWithResolvers();
  const { ingress, admin } = JSON.parse(connection) as { ingress: string; admin: string };
  const restate = await peerPackage<RestateSdk>('@restatedev/restate-sdk');
  const clients = await peerPackage<RestateClients>('@restatedev/restate-sdk-clients');

  const child = restate.service({
    name: 'child',
    handlers: {
      async run(_context: Context, { parent, value }: ChildInput) {
        recorder.childDone(parent);
        return { value };
      },
    },
  });
  const parent = restate.service({
    name: 'parent',
    handlers: {
      async run(context: Context, { id, count }: { id: string; count: number }) {
        const calls = Array.from({ length: count }, (_, value) =>
          context.serviceClient(child).run({ parent: id, value }),
        );
        const results = await restate.RestatePromise.all(calls);
        recorder.resumed(id);
        const sum = results.reduce((total, { value }) => total + value, 0);
        recorder.summed(id, sum);
        return { sum };
      },
    },
  });
  const single = restate.service({ name: 'single', handlers: { run: async () => ({ ok: true }) } });

  const sessions = new Set<ServerHttp2Session>();
  const server = createServer({}, restate.createEndpointHandler({ services: [child, parent, single] }));
  server.on('session', (session) => sessions.add(session.once('close', () => sessions.delete(session))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await post(`${admin}/deployments`, { uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });

  const client = clients.connect({ url: ingress });
  const [parents, singles] = [client.serviceSendClient(parent), client.serviceSendClient(single)];
  const invocations = new Map<string, string>();
  return {
    versions: { 'restate-server': packageVersion('@restatedev/restate-server') },
    async createParent(id, count) {
      invocations.set(id, (await parents.run({ id, count })).invocationId);
    },
    async createSingle(id) {
      invocations.set(id, (await singles.run()).invocationId);
    },
    // The records of the server contain the times, so the queries for them are not measured.
    async completed(ids) {
      const wanted = new Set(ids.map((id) => invocations.get(id)));
      for (;;) {
        const rows = await completedInvocations(
          admin,
          ids.length === 1 ? invocations.get(ids[0] ?? '') : undefined,
        );
        const mine = rows.filter(({ id }) => wanted.has(id));
        if (mine.length === wanted.size) {
          return Math.max(...mine.map((row) => timeOf(row.completed_at))) - performance.timeOrigin;
        }
        await sleep(20);
      }
    },
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

/** Returns the completed invocation with this id. Without an id, returns all completed invocations except those of children. */
async function completedInvocations(admin: string, id: string | undefined): Promise<readonly Invocation[]> {
  const which = id === undefined ? "target_service_name <> 'child'" : `id = '${id}'`;
  const query = `SELECT id, completed_at FROM sys_invocation WHERE status = 'completed' AND ${which}`;
  return ((await post(`${admin}/query`, { query })) as { rows: Invocation[] }).rows;
}

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Parses a time. A text without a time zone is UTC. */
function timeOf(text: string): number {
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
}

/** The SDK calls this function, which Node 20 does not have. */
function providePromiseWithResolvers(): void {
  const promises = Promise as unknown as { withResolvers?: () => object };
  promises.withResolvers ??= () => {
    let resolve: unknown;
    let reject: unknown;
    const promise = new Promise((...functions) => {
      [resolve, reject] = functions;
    });
    return { promise, resolve, reject };
  };
}
