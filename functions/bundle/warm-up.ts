/**
 * The build runs this file once for each function. It starts the function that FUNCTION_TARGET names, calls the function while
 * every service refuses its requests, and writes the code that V8 has compiled.
 */
import { writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import grpc from '@grpc/grpc-js';
import { BUNDLE_FILES, openBundle } from './bundle.ts';

const target = process.env.FUNCTION_TARGET ?? '';
const folder = fileURLToPath(new URL('.', import.meta.url));

const google = new grpc.Server();
const port = await new Promise<number>((resolve, reject) => {
  google.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
    error ? reject(error) : resolve(bound),
  );
});
const host = `127.0.0.1:${port}`;
Object.assign(process.env, {
  SPANNER_EMULATOR_HOST: host,
  PUBSUB_EMULATOR_HOST: host,
  METADATA_SERVER_DETECTION: 'none',
  PROJECT_ID: 'warm-up',
  SPANNER_INSTANCE: 'lro',
  SPANNER_DATABASE: 'lro',
  RESUME_URL: `http://${host}`,
  LOG_LEVEL: 'silent',
  ACCESS_AUDIENCES: '/projects/1/locations/r/services/console',
});

const { exports, createCache } = openBundle(folder);
await exports.registerFunction(target);
const server: Server = getTestServer(target).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

for (const { path, body } of callsOf(target)) {
  const method = body ? 'POST' : 'GET';
  const headers = { 'content-type': 'application/json', 'x-alis-operation-id': 'one' };
  const response = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  await response.arrayBuffer();
}
writeFileSync(join(folder, BUNDLE_FILES.cache), createCache());
process.exit(0);

interface Call {
  readonly path: string;
  readonly body?: object;
}

function callsOf(target: string): readonly Call[] {
  switch (target) {
    case 'on-lifecycle-event': {
      const event = { operation: 'operations/one', created: {} };
      const data = Buffer.from(JSON.stringify(event)).toString('base64');
      const publishTime = new Date().toISOString();
      const path = '/projects/warm-up/topics/operation-lifecycle';
      // The second message becomes a dead letter, which loads the Pub/Sub client.
      return [
        { messageId: '1', publishTime, data },
        { messageId: '2', publishTime, attributes: { a: 'b' } },
      ].map((message) => ({ path, body: { message, subscription: 's' } }));
    }
    case 'operations':
    case 'console':
      return [
        { path: '/v1/operations/one' },
        { path: '/google.longrunning.Operations/GetOperation', body: { name: 'operations/one' } },
      ];
    default:
      return [{ path: '/', body: {} }];
  }
}
