/** Profiles a workload once the code is warm. */
import { sendResult } from '../fresh-process.ts';
import { sharesOf } from './cpu-profile.ts';
import { onDurableSystem, throughput } from './workload.ts';

const WORKLOAD = { parents: 50, children: 20 };
const WARM_UP = 6;
const RUNS = 20;

/** A function belongs to the first part whose pattern its name or URL contains. */
const PARTS: readonly (readonly [found: string, part: string])[] = [
  ['(garbage collector)', 'garbage collection'],
  ['(idle)', 'idle'],
  ['libsql', 'SQLite'],
  ['/local/sqlite/', 'store'],
  ['/shared/records/', 'store'],
  ['/local/bus/', 'bus'],
  ['/executor/', 'executor'],
  ['/shared/client/', 'worker and benchmark'],
  ['/bench/', 'worker and benchmark'],
  ['/shared/messages/', 'messages'],
  ['/proto/', 'messages'],
  ['protobuf', 'messages'],
  ['proto3-json', 'messages'],
  ['/long/', 'messages'],
  // A function that protobufjs has generated: `LifecycleEvent$decode`.
  ['$', 'messages'],
  ['/shared/', 'orchestrator and functions'],
  ['/functions/', 'orchestrator and functions'],
  ['/local/', 'orchestrator and functions'],
];

function partOf({ functionName, url }: { functionName: string; url: string }): string {
  const where = `${functionName} ${url}`;
  return PARTS.find(([found]) => where.includes(found))?.[1] ?? 'Node';
}

const shares = await onDurableSystem(async (system) => {
  for (let run = 0; run < WARM_UP; run++) await throughput(system, WORKLOAD, `warm-up-${run}`);
  return sharesOf(async () => {
    for (let run = 0; run < RUNS; run++) await throughput(system, WORKLOAD, `run-${run}`);
  }, partOf);
});
sendResult(shares);
