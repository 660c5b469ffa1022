/** Serves a GoogleProject to the script `gcloud` beside this file. A message is a list of fields, each followed by a NUL. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { Answer, GoogleProject } from './google-project.ts';

export interface GcloudServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers a command. Returns undefined if the project has to answer it. */
export type OtherAnswer = (
  args: readonly string[],
) => Promise<Omit<Answer, 'code'> & { code: number | null }> | undefined;

/** @param other answers instead of the project. */
export async function serveGcloud(project: GoogleProject, other: OtherAnswer): Promise<GcloudServer> {
  const server = createServer((socket) => answer(socket, project, other));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function answer(socket: Socket, project: GoogleProject, other: OtherAnswer): void {
  let received = '';
  socket.setEncoding('utf8');
  // A killed run closes its connections.
  socket.on('error', () => undefined);
  socket.on('data', async (text: string) => {
    received += text;
    const [count = '', ...fields] = received.split('\0');
    const expected = Number(count) + 1;
    // The text after the last NUL is the beginning of an incomplete field.
    if (count === '' || fields.length <= expected) return;
    const args = fields.slice(0, expected - 1);
    const { code, stdout, stderr } = (await other(args)) ?? project.run(args, fields[expected - 1]);
    socket.end([code, stdout, stderr, ''].join('\0'));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
