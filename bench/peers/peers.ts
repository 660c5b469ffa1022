/**
 * Compares this project with other engines, with the same work in one run. Each engine is durable for each operation. README.md
 * beside this file describes the measurement.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildPackage, commandOf, compile } from './compiled.ts';
import type { PeerFigures } from './peer-process.ts';
import { runPeer, stopServers } from './peer-run.ts';
import { printReport, reportOf } from './report.ts';
import { checkPrograms, installPackages } from './requirements.ts';
import { startLro } from './servers/lro.ts';
import { startPostgres } from './servers/postgres.ts';
import { startRedis } from './servers/redis.ts';
import { startRestate } from './servers/restate.ts';
import type { Server } from './servers/server.ts';
import { IDLE, WORKLOADS } from './workload.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** The embedded system runs in the peer process, so it has no server. */
const noServer = async (): Promise<Server> => ({ connection: '', pid: undefined, stop: async () => {} });

const SERVERS: Readonly<Record<string, () => Promise<Server>>> = {
  ours: noServer,
  served: noServer,
  'served-apart': () => startLro(commandOf(CHECKOUT)),
  bullmq: startRedis,
  restate: startRestate,
  pgboss: startPostgres,
};

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '1' },
      peers: { type: 'string', default: Object.keys(SERVERS).join(',') },
    },
  });
  const peers = values.peers.split(',');
  const unknown = peers.filter((peer) => !(peer in SERVERS));
  if (unknown.length > 0) {
    throw new Error(`There is no peer ${unknown.join(', ')}. There are: ${Object.keys(SERVERS).join(', ')}`);
  }
  const rounds = Number(values.rounds);
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds must be a number above 0');
  checkPrograms(peers);
  installPackages(FOLDER);
  const { peer: file } = await compile(CHECKOUT);
  if (peers.includes('served-apart')) await buildPackage(CHECKOUT);
  process.once('SIGINT', () => void stopServers().finally(() => process.exit(130)));
  process.once('SIGTERM', () => void stopServers().finally(() => process.exit(143)));

  const measured = new Map<string, Map<string, PeerFigures[]>>();
  for (let round = 1; round <= rounds; round++) {
    for (const { name } of [...WORKLOADS, IDLE]) {
      // For each workload the engines run one after the other, so that the load of the machine is similar for all.
      for (const peer of peers) {
        const figures = await runPeer(file, peer, name, SERVERS[peer] ?? noServer);
        const ofWorkload = measured.get(name) ?? new Map<string, PeerFigures[]>();
        measured.set(name, ofWorkload.set(peer, [...(ofWorkload.get(peer) ?? []), figures]));
        console.log(`${round}/${rounds} ${name} ${peer}: ${described(figures)}`);
      }
    }
  }
  printReport(measured, peers);
  if (values.json) console.log(JSON.stringify(reportOf(measured)));
}

function described({ rates, resumes, memoryMb }: PeerFigures): string {
  const memory = `${Math.round(memoryMb)} MB`;
  if (rates.length === 0) return `${resumes.map((ms) => ms.toFixed(1)).join(' ')} ms, ${memory}`;
  return `${rates.map(Math.round).join(' ')} operations/s, ${memory}`;
}
