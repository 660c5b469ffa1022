import { acceptsConnections, freePort } from '../../../local/emulators/ports.ts';
import { newFolder, type Server, start, stop, untilReady } from './server.ts';

/** Redis that writes to disk before it answers, so that each operation is durable, as with the other engines. */
export async function startRedis(): Promise<Server> {
  const [port, folder] = await Promise.all([freePort(), newFolder('redis')]);
  const child = start('redis-server', [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--daemonize', 'no'],
    ...['--appendonly', 'yes', '--appendfsync', 'always'],
  ]);
  await untilReady('redis-server', () => acceptsConnections(port));
  return { connection: String(port), pid: child.pid, stop: () => stop(child, folder) };
}
