import { createRequire } from 'node:module';
import { acceptsConnections, freePort } from '../../../local/emulators/ports.ts';
import { newFolder, type Server, start, stop, untilReady } from './server.ts';

/** One node with the default configuration, except for addresses, the folder and telemetry. */
export async function startRestate(): Promise<Server> {
  const folder = await newFolder('restate');
  const [ingress, admin, fabric] = [await freePort(), await freePort(), await freePort()];
  const child = start(binary(), ['--no-logo'], {
    cwd: folder,
    env: {
      ...{ PATH: process.env.PATH, HOME: folder, RESTATE_DISABLE_TELEMETRY: 'true' },
      ...{ RESTATE_NODE_NAME: 'bench', RESTATE_BASE_DIR: `${folder}/data`, RESTATE_LISTEN_MODE: 'tcp' },
      ...{
        RESTATE_BIND_IP: '127.0.0.1',
        RESTATE_BIND_PORT: String(fabric),
        RESTATE_ADVERTISED_HOST: '127.0.0.1',
      },
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    },
  });
  const urls = { ingress: `http://127.0.0.1:${ingress}`, admin: `http://127.0.0.1:${admin}` };
  await untilReady('the Restate server', async () => {
    if (!(await acceptsConnections(admin))) return false;
    return (await fetch(`${urls.ingress}/restate/health`)).ok;
  });
  return { connection: JSON.stringify(urls), pid: child.pid, stop: () => stop(child, folder) };
}

function binary(): string {
  const server = createRequire(import.meta.url).resolve('@restatedev/restate-server/package.json');
  return createRequire(server).resolve(`@restatedev/restate-server-linux-${process.arch}/bin/restate-server`);
}
