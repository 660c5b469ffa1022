import { createServer } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PubSub } from '@google-cloud/pubsub';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type HttpServer, serve } from '../../local/http-server.ts';
import { divertHttp2 } from '../../local/http2-connections.ts';
import { Http2Refusal } from '../../local/http2-refusal.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const MESSAGE = 'Set PUBSUB_EMULATOR_HOST=localhost:1234: 100 % gRPC — ✓';

const refusal = new Http2Refusal(MESSAGE);
let server: HttpServer;
let port: number;

beforeAll(async () => {
  server = await serve(
    async (request, response) => void response.end(`${request.method} ${await text(request)}`),
    0,
    { http2: (connection) => refusal.serve(connection) },
  );
  port = Number(new URL(server.url).port);
});
afterAll(() => {
  refusal.stop();
  return server.stop();
});

describe('HTTP/1.1', () => {
  it('is served, also when the first bytes come one by one', async () => {
    const socket = connect(port, '127.0.0.1');
    for (const byte of 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await text(socket)).toMatch(/200 OK.*POST ok$/s);
  });

  it('is served for bodies that are larger than one read, and for several requests on a connection', async () => {
    const body = 'x'.repeat(3_000_000);
    for (let index = 0; index < 3; index++) {
      const response = await fetch(server.url, { method: 'POST', body });
      expect((await response.text()).length).toBe('POST '.length + body.length);
    }
  });

  it('says for how long an idle connection stays open', async () => {
    const { headers } = await fetch(server.url);
    expect(headers.get('keep-alive')).toBe('timeout=75');
  });

  it('refuses bytes that are no HTTP, and survives clients that send nothing or disconnect', async () => {
    for (const first of ['PRI nonsense\r\n\r\n', 'P', '\u0000\u0001']) {
      const socket = connect(port, '127.0.0.1');
      socket.end(first);
      await text(socket).catch(() => '');
    }
    const gone = connect(port, '127.0.0.1');
    gone.once('connect', () => gone.resetAndDestroy());
    await new Promise((resolve) => gone.once('close', resolve));
    expect(await (await fetch(server.url)).text()).toBe('GET ');
  });

  it('keeps nothing of connections that end without a byte', async () => {
    const accepted: WeakRef<Socket>[] = [];
    const plain = createServer();
    divertHttp2(plain, () => {});
    plain.on('connection', (socket) => accepted.push(new WeakRef(socket)));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port: itsPort } = plain.address() as AddressInfo;
    for (let index = 0; index < 50; index++) {
      const socket = connect(itsPort, '127.0.0.1', () => socket.end());
      await new Promise((resolve) => socket.resume().once('close', resolve));
    }
    await vi.waitFor(() => {
      collectGarbage();
      // The engine may still hold the newest one.
      expect(accepted.filter((socket) => socket.deref()).length).toBeLessThan(5);
    });
    expect(accepted.length).toBe(50);
    plain.close();
  });
});

describe('HTTP/2 with prior knowledge', () => {
  it('gets the remedy over gRPC, with a code that clients do not retry', async () => {
    const Client = makeGenericClientConstructor({}, 'Publisher');
    const client = new Client(`localhost:${port}`, credentials.createInsecure());
    const bytes = (value: Buffer) => value;
    const error = await new Promise((resolve) => {
      client.makeUnaryRequest('/google.pubsub.v1.Publisher/Publish', bytes, bytes, Buffer.alloc(0), resolve);
    });
    client.close();
    expect(error).toMatchObject({ code: 9, details: MESSAGE });
  });

  it('gets the remedy at once through the unmodified Pub/Sub client', async () => {
    const pubsub = new PubSub({ projectId: 'local', apiEndpoint: `localhost:${port}`, emulatorMode: true });
    const published = pubsub.topic('operation-lifecycle').publishMessage({ data: Buffer.from('{}') });
    await expect(published).rejects.toMatchObject({ code: 9, details: MESSAGE });
    await pubsub.close();
  });

  it('gets the remedy in JSON if it does not use gRPC', async () => {
    const client = connectHttp2(`http://localhost:${port}`);
    const request = client.request({ ':path': '/' });
    const status = new Promise((resolve) =>
      request.once('response', (headers) => resolve(headers[':status'])),
    );
    expect(JSON.parse(await text(request))).toMatchObject({ error: { message: MESSAGE } });
    expect(await status).toBe(505);
    client.close();
  });
});
