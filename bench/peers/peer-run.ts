import { fork } from 'node:child_process';
import type { PeerFigures } from './peer-process.ts';
import type { Server } from './servers/server.ts';

/** How long one workload on one engine may take, in milliseconds. */
const MAX_RUN_MS = 300_000;

/** The running servers, which the end of the benchmark stops. */
const running = new Set<Server>();

/** Runs one workload on one engine, with a new server and a new process, and ends both. */
export async function runPeer(
  file: string,
  engine: string,
  workload: string,
  startServer: () => Promise<Server>,
): Promise<PeerFigures> {
  const server = await startServer();
  running.add(server);
  try {
    return await figuresOf(file, [engine, workload, server.connection, String(server.pid ?? '')]);
  } finally {
    running.delete(server);
    await server.stop();
  }
}

export async function stopServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.stop()));
}

function figuresOf(file: string, args: readonly string[]): Promise<PeerFigures> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_ENV: 'production', RESTATE_LOGGING: 'ERROR' };
    const child = fork(file, args, { execArgv: [], env });
    const timer = setTimeout(() => child.kill('SIGKILL'), MAX_RUN_MS);
    let figures: PeerFigures | undefined;
    child.once('message', (message) => {
      figures = message as PeerFigures;
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (figures !== undefined) resolve(figures);
      else reject(new Error(`${args[0]} ended with ${code ?? signal} at ${args[1]}, and gave no figures`));
    });
  });
}
