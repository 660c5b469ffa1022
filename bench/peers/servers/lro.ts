import { freePort } from '../../../local/emulators/ports.ts';
import { newFolder, type Server, start, stop, untilReady } from './server.ts';

export interface LroServer extends Server {
  /** The folder with its data. */
  readonly folder: string;
}

/** The command `lro start` of the compiled package, with its data on disk. `command` is the path of its file. */
export async function startLro(command: string): Promise<LroServer> {
  const [port, folder] = await Promise.all([freePort(), newFolder('lro')]);
  const flags = ['--port', String(port), '--data', folder, '--no-sample'];
  const child = start(process.execPath, [command, 'start', ...flags]);
  const connection = `http://127.0.0.1:${port}`;
  await untilReady('lro start', async () => (await fetch(`${connection}/v1/operations?pageSize=1`)).ok);
  return { connection, pid: child.pid, folder, stop: () => stop(child, folder) };
}
