/** Runs a fan-out workload in a separate process, with telemetry off, counted or on. */
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import { configuredTelemetry } from '../../shared/telemetry/configured-telemetry.ts';
import { NO_TELEMETRY, type Telemetry } from '../../shared/telemetry/telemetry.ts';
import { withFolder } from '../embedded/scratch.ts';
import { throughput } from '../embedded/workload.ts';
import { sendResult } from '../fresh-process.ts';

export interface TelemetryFigures {
  /** Processor time of one operation, warm, in microseconds. */
  readonly operationUs: number;
  /** How often one operation uses each member of the port. Only if telemetry is `counted`. */
  readonly calls: Readonly<Record<string, number>>;
}

const WORKLOAD = { parents: 100, children: 19 };
const OPERATIONS = WORKLOAD.parents * (WORKLOAD.children + 1);
const COLD_RUNS = 3;
const WARM_RUNS = 3;

const [way = 'off', collector = ''] = process.argv.slice(2);
const calls: Record<string, number> = {};
const telemetry = await telemetryOf(way);

const operationUs = await withFolder(async (data) => {
  const system = await startEmbeddedSystem({ push: true, data, logLevel: 'error', telemetry });
  try {
    for (let index = 0; index < COLD_RUNS; index++) await throughput(system, WORKLOAD, `cold-${index}`);
    for (const name of Object.keys(calls)) calls[name] = 0;
    const before = processorUs();
    for (let index = 0; index < WARM_RUNS; index++) await throughput(system, WORKLOAD, `warm-${index}`);
    return (processorUs() - before) / (WARM_RUNS * OPERATIONS);
  } finally {
    await system.stop();
  }
});
await telemetry.close();
const each = Object.entries(calls).map(([name, count]) => [name, count / (WARM_RUNS * OPERATIONS)]);
sendResult({ operationUs, calls: Object.fromEntries(each) } satisfies TelemetryFigures);

async function telemetryOf(kind: string): Promise<Telemetry> {
  if (kind === 'on') return configuredTelemetry({ TELEMETRY: collector }, { serviceName: 'bench' });
  return kind === 'counted' ? counted(NO_TELEMETRY) : NO_TELEMETRY;
}

/** Counts each access to a member of the port. */
function counted(port: Telemetry): Telemetry {
  return new Proxy(port, {
    get(target, name, receiver) {
      calls[String(name)] = (calls[String(name)] ?? 0) + 1;
      return Reflect.get(target, name, receiver);
    },
  });
}

function processorUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
