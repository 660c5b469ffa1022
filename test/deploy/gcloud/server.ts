/** Serves a GoogleProject to the script `gcloud` beside this file. A message is its fields, each ended by a NUL. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { Answer, GoogleProject } from './google-project.ts';

export interface GcloudServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers a command; undefined for a command that is left to the project. */
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
  // A run that is killed takes its connections with it.
  socket.on('error', () => undefined);
  socket.on('data', async (text: string) => {
    received += text;
    const [count = '', ...fields] = received.split('\0');
    const expected = Number(count) + 1;
    // What follows the last NUL is the beginning of a field that is not there.
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
