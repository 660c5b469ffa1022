/** Serves a GoogleProject to the script `gcloud` beside this file. A message is its fields, each ended by a NUL. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { GoogleProject } from './google-project.ts';

export interface GcloudServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function serveGcloud(project: GoogleProject): Promise<GcloudServer> {
  const server = createServer((socket) => answer(socket, project));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function answer(socket: Socket, project: GoogleProject): void {
  let received = '';
  socket.setEncoding('utf8');
  // A run that is killed takes its connections with it.
  socket.on('error', () => undefined);
  socket.on('data', (text: string) => {
    received += text;
    const [count = '', ...fields] = received.split('\0');
    const expected = Number(count) + 1;
    // What follows the last NUL is the beginning of a field that is not there.
    if (count === '' || fields.length <= expected) return;
    const input = fields[expected - 1] ?? '';
    const { code, stdout, stderr } = project.run(fields.slice(0, expected - 1), input);
    socket.end([code, stdout, stderr, ''].join('\0'));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
