/**
 * Every call of every port of a deployment has a time limit: with a service that accepts connections and never answers, each call
 * ends with a temporary Failure. The methods are enumerated, so that a new method is tried too.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenWait } from '../../shared/lifecycle/wait.ts';
import { AllowedHosts } from '../../shared/messages/allowed-hosts.ts';
import { Failure } from '../../shared/orchestrator/ports/failure.ts';
import type { ResumeSignal } from '../../shared/orchestrator/ports/publisher.ts';
import { createPubSubPublisher } from '../../shared/pubsub/publisher.ts';
import { workflowLauncher } from '../../shared/workflows/launcher.ts';
import { httpResumeCaller } from '../../shared/workflows/resume-caller.ts';

let server: Server;
let url: string;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).resume());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Below the time limit of every caller: the limit of a function is 60 s. */
const LIMIT_MS = 45_000;

/** The arguments of the methods, as real calls have them. */
const ANYTHING = {
  operation: 'operations/x',
  name: 'operations/x',
  waitId: 'w',
  externals: [],
  state: 'SUCCEEDED',
  response: { typeUrl: 'x/y', value: new Uint8Array() },
  terminalEventId: 'e',
  attributes: {},
  data: new Uint8Array(),
  messageId: 'm',
  reason: 'r',
  kind: 'CANCEL',
  method: 'm',
  eventId: 'e',
  attempt: 1,
  labels: {},
  attempts: [],
  createTime: 0,
  updateTime: 0,
  completeTime: 0,
} as unknown as OpenWait;

const EXECUTION = 'projects/p/locations/l/workflows/w/executions/e';

function portsOn(silent: string) {
  const hosts = new AllowedHosts([], { loopback: true });
  const { host } = new URL(silent);
  return {
    launcher: workflowLauncher({
      ...{ project: 'p', location: 'l', workflow: 'w', workflowsEndpoint: silent },
      ...{ resumeUrl: silent, resumeAudience: silent, hosts, push: true },
    }),
    resumeCaller: httpResumeCaller({ hosts }),
    publisher: createPubSubPublisher({ projectId: 'p', apiEndpoint: host }),
  };
}

const METHODS = Object.entries(portsOn('http://127.0.0.1:9')).flatMap(([port, methods]) =>
  Object.keys(methods)
    .filter((method) => method !== 'close')
    .map((method) => ({ port, method })),
);

describe('a service that never answers', () => {
  it('is behind all ports of these tests', () => {
    expect(METHODS.map(({ port, method }) => `${port}.${method}`)).toEqual([
      'launcher.launch',
      'launcher.isRunning',
      'launcher.stop',
      'resumeCaller.call',
      'publisher.publishCompletion',
      'publisher.publishSignal',
      'publisher.publishDeadLetter',
    ]);
  });

  it.concurrent.each(METHODS)(
    '%o gives up within its limit, as what may pass',
    { timeout: LIMIT_MS },
    async ({ port, method }) => {
      const ports = portsOn(url) as unknown as Record<
        string,
        Record<string, (...args: unknown[]) => Promise<unknown>>
      >;
      const argument = { call: url, isRunning: EXECUTION, stop: EXECUTION }[method] ?? ANYTHING;
      const error = await ports[port]
        ?.[method]?.(argument, ANYTHING as unknown as ResumeSignal)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Failure);
      expect(error).toMatchObject({ kind: 'unavailable' });
    },
  );
});
