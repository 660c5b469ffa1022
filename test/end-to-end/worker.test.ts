/** A worker of the package as in a deployment: it pulls with @google-cloud/pubsub, from the embedded bus and from Google's emulator. */
import { randomUUID } from 'node:crypto';
import { PubSub } from '@google-cloud/pubsub';
import * as grpc from '@grpc/grpc-js';
import gax from 'google-gax';
import { createOperations, defineOperation, type Operations } from 'lro-orchestrator';
import { operation, type ServeOptions, type Serving, serve, type Worker } from 'lro-orchestrator/worker';
import * as v from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { startEmulatedSystem } from '../../local/emulated/emulated-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { schema } from '../../shared/messages/schema.ts';
import { until } from '../setup/until.ts';
import { fanOutWorkers, page, report } from '../worker/served-operations.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const spannerHost = inject('spannerEmulatorHost') ?? '';
const pubsubHost = inject('pubsubEmulatorHost') ?? '';
const project = `worker-${randomUUID().slice(0, 8)}`;

const KINDS = [
  ['the embedded bus', true, () => startEmbeddedSystem({ push: true, grpcPort: 0 })],
  [
    "Google's emulator",
    spannerHost !== '' && pubsubHost !== '',
    () => startEmulatedSystem({ push: true, spannerHost, pubsubHost, project }),
  ],
] as const;

const hello = defineOperation('t.v1.Hello', {
  input: v.object({}),
  response: v.object({ reason: v.string(), metadata: v.record(v.string(), v.string()) }),
  responseType: 'google.rpc.ErrorInfo',
});

for (const [name, available, start] of KINDS) {
  describe.skipIf(!available)(`a worker that pulls from ${name}`, () => {
    let system: LocalSystem;
    let lro: Operations;
    const servings: Serving[] = [];
    beforeAll(async () => {
      system = await start();
      lro = createOperations({ url: system.url });
    });
    afterEach(async () => {
      for (const serving of servings.splice(0)) await serving.stop();
      vi.unstubAllEnvs();
    });
    afterAll(() => system.stop());

    async function served(workers: readonly Worker[], options: ServeOptions = {}): Promise<Serving> {
      vi.stubEnv('PUBSUB_EMULATOR_HOST', system.pubsubHost);
      vi.stubEnv('GOOGLE_CLOUD_PROJECT', project);
      const serving = await serve(workers, {
        ...{ url: system.url, handleSignals: false, log: SILENT },
        ...options,
      });
      servings.push(serving);
      return serving;
    }

    it('finishes more operations than it takes at once', async () => {
      await served(fanOutWorkers, { concurrency: 5 });
      const pages = Array.from({ length: 40 }, (_, index) => `p${index}`);
      const handle = await lro.create(report, { pages });
      expect(await handle.result({ timeout: '50s' })).toEqual({ urls: pages.map((one) => `u/${one}`) });
    });

    it('releases waiting signals and running attempts when it stops', async () => {
      const begun: number[] = [];
      const waits = operation(page).steps({
        start: (op) =>
          new Promise((_, reject) => {
            begun.push(op.attempt);
            op.signal.addEventListener('abort', () => reject(op.signal.reason));
          }),
      });
      const first = await served([waits], { concurrency: 2, graceTime: '1ms' });
      const handles = await Promise.all(
        ['a', 'b', 'c', 'd', 'e'].map((one) =>
          lro.create(page, { page: one }, { dispatch: { maxTries: 1 } }),
        ),
      );
      await until('two to begin', () => begun.length === 2);
      await first.stop();
      expect(begun).toEqual([1, 1]);
      await served(fanOutWorkers);
      const results = await Promise.all(handles.map((handle) => handle.result({ timeout: '50s' })));
      expect(results.map(({ url }) => url)).toEqual(['u/a', 'u/b', 'u/c', 'u/d', 'u/e']);
    });

    it('does not start if the filter of its subscription hides one of its methods', async () => {
      const pubsub = new PubSub({ projectId: project, apiEndpoint: system.pubsubHost, emulatorMode: true });
      const filter = 'attributes.method = "t.v1.RenderPage"';
      await pubsub.topic('operation-signals').createSubscription('pages', { filter });
      await pubsub.close();
      await expect(served(fanOutWorkers, { subscription: 'pages' })).rejects.toThrow('excludes t.v1.Report');
    });

    // Only the embedded system serves google.longrunning over gRPC.
    if (name !== 'the embedded bus') return;
    it('answers with a message of the type responseType', async () => {
      await served([operation(hello).steps({ start: () => ({ reason: 'HELLO', metadata: { to: 'you' } }) })]);
      const handle = await lro.create(hello, {});
      expect(await handle.result({ timeout: '30s' })).toEqual({ reason: 'HELLO', metadata: { to: 'you' } });
      const port = Number(/:(\d+)/.exec(system.parts.gRPC ?? '')?.[1]);
      const auth = new gax.GoogleAuth({ authClient: new gax.googleAuthLibrary.PassThroughClient() });
      const at = { servicePath: '127.0.0.1', port, sslCreds: grpc.credentials.createInsecure() };
      const client = gax.lro({ auth }).operationsClient(at as never);
      const [{ response }] = (await client.getOperation({ name: handle.name } as never)) as never as [
        { response: { type_url: string; value: Uint8Array } },
      ];
      await client.close();
      expect(response.type_url).toBe('type.googleapis.com/google.rpc.ErrorInfo');
      const info = schema.lookupType('google.rpc.ErrorInfo').decode(response.value).toJSON();
      expect(info).toEqual({ reason: 'HELLO', metadata: { to: 'you' } });
    });
  });
}
