import { connect, constants, createServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A proxy in front of the Spanner emulator that counts the calls of all clients, without delaying them. */
export interface CountingProxy {
  /** The value for SPANNER_EMULATOR_HOST. */
  readonly host: string;
  calls(): number;
  close(): Promise<void>;
}

/** Calls that the client makes occasionally, and not for an event. */
const NOT_COUNTED = /Session(s)?$/;

export async function startCountingProxy(emulatorHost: string): Promise<CountingProxy> {
  const upstream = connect(`http://${emulatorHost}`);
  const sessions = new Set<{ destroy(): void }>();
  let calls = 0;
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session)).on('error', () => undefined);
  });
  server.on('stream', (stream, { connection: _, ...headers }) => {
    if (!NOT_COUNTED.test(String(headers[':path']))) calls++;
    const request = upstream.request(headers);
    let trailers: IncomingHttpHeaders = {};
    request.on('response', (answer, flags) => {
      if (stream.destroyed) return;
      // gRPC sends some errors in the headers only.
      if (flags & constants.NGHTTP2_FLAG_END_STREAM) stream.respond(answer, { endStream: true });
      else stream.respond(answer, { waitForTrailers: true });
    });
    request.on('trailers', (found) => {
      trailers = found;
    });
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    // If one side cancels a call, the proxy cancels it on the other side.
    stream.on('error', () => undefined).on('close', () => request.close());
    request.on('error', () => stream.close());
    stream.pipe(request).pipe(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    async close() {
      for (const session of sessions) session.destroy();
      upstream.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
