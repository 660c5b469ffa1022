/** What a person can try on the own machine with `npm start`, and what it says of an event that is refused. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { readStartOptions } from '../../local/start-options.ts';
import type { LocalSystem } from '../../local/system.ts';
import { serve } from '../operations-api/api-under-test.ts';
import { until } from '../setup/until.ts';

let system: LocalSystem;
beforeAll(async () => {
  system = await startEmbeddedSystem({ push: true, logLevel: 'silent' });
});
afterAll(() => system.stop());

const project = () => `${system.url}/v1/projects/local`;

async function post(url: string, body: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  // biome-ignore lint/suspicious/noExplicitAny: whatever it answered
  return (await response.json()) as any;
}

it('keeps refused events in a subscription that exists from the start, with the field', async () => {
  await system.publish(Buffer.from('{"operation":"operations/refused","created":{"ttl":"-1s"}}'));
  const [received] = await until('the dead letter', async () => {
    const pulled = await post(`${project()}/subscriptions/operation-dead-letters-local:pull`, {
      maxMessages: 1,
    });
    return pulled.receivedMessages;
  });
  expect(received.message.attributes).toMatchObject({ field: 'created.ttl' });
});

it('lets events name every port of this machine with plain http', async () => {
  const called: string[] = [];
  const { port, stop } = await serve((request, response) => {
    called.push(`${request.method} ${request.url}`);
    const operation = {
      name: 'operations/there',
      done: true,
      response: { '@type': 'type.googleapis.com/google.protobuf.Empty' },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(operation));
  });
  const origin = `http://localhost:${port}`;
  await system.lifecycle.operation('operations/asker').wait({
    externals: [{ name: 'operations/there', endpoint: origin }],
    resumeMethod: `${origin}/resumed`,
    pollFrequency: 1,
  });
  await until('the poll and the call of resumeMethod', () => called.includes('POST /resumed'));
  expect(called).toContain('POST /google.longrunning.Operations/GetOperation');
  await stop();
});

it('takes the hosts that events may name from ALLOWED_HOSTS', () => {
  const options = readStartOptions([], { ALLOWED_HOSTS: 'a.example.com, *.b.example.com,' });
  expect(options?.allowedHosts).toEqual(['a.example.com', '*.b.example.com']);
});

it('takes hosts of this machine in ALLOWED_HOSTS too', () => {
  const hosts = ['localhost:8443', '127.0.0.1:8443', 'http://127.0.0.1:8081'];
  expect(readStartOptions([], { ALLOWED_HOSTS: hosts.join() })?.allowedHosts).toEqual(hosts);
});

it.each(['*.run.app', 'http://jobs.example.com', '10.0.0.1', 'a b'])(
  'refuses %s in ALLOWED_HOSTS at the start, as a deployment does',
  (host) => {
    expect(() => readStartOptions([], { ALLOWED_HOSTS: `a.example.com,${host}` })).toThrow(
      /^ALLOWED_HOSTS must have /,
    );
  },
);
