import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../local/emulators/ports.ts';
import { peerPackage } from '../peer-package.ts';
import { newFolder, type Server, start, stop, untilReady } from './server.ts';

/** The folder of the server programs in Debian, which does not put them on the PATH. */
const DEBIAN = '/usr/lib/postgresql';

/** Returns the folder of the newest server programs, or undefined if there are none. */
export function postgresPrograms(): string | undefined {
  try {
    const newest = readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a))[0];
    return newest && join(DEBIAN, newest, 'bin');
  } catch {
    return undefined;
  }
}

interface Client {
  connect(): Promise<void>;
  end(): Promise<void>;
}

/** PostgreSQL as `initdb` sets it up: each commit is on disk before it is answered. */
export async function startPostgres(): Promise<Server> {
  const programs = postgresPrograms() ?? '';
  const [port, folder] = await Promise.all([freePort(), newFolder('postgres')]);
  const data = join(folder, 'data');
  const user = await postgresUser();
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const options = { cwd: folder, ...user };
  await promisify(execFile)(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8'],
    options,
  );
  const args = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'];
  const child = start(
    join(programs, 'postgres'),
    [...args, '-c', `unix_socket_directories=${folder}`],
    options,
  );
  const connection = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const { default: pg } = await peerPackage<{ default: { Client: new (options: object) => Client } }>('pg');
  await untilReady('PostgreSQL', async () => {
    const client = new pg.Client({ connectionString: connection });
    await client.connect();
    await client.end();
    return true;
  });
  // SIGINT ends the server even if sessions are open.
  return { connection, pid: child.pid, stop: () => stop(child, folder, 'SIGINT') };
}

/** The user that the server runs as, because it refuses to run as root. Debian's package creates the user. */
async function postgresUser(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (option: string) => Number((await promisify(execFile)('id', [option, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
