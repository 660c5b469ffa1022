import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Reads memory and processor time from Linux. */

const MIB = 2 ** 20;

/** The milliseconds of a clock tick in /proc. */
const TICK_MS = 10;

/** Returns the proportional set size of a process and its descendants in megabytes (2^20). Shared memory counts once. */
export function treeMemoryMb(pid: number): number {
  let kilobytes = 0;
  for (const each of processTree(pid)) {
    kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${each}/smaps_rollup`))?.[1] ?? 0);
  }
  return (kilobytes * 1024) / MIB;
}

export function ownMemoryMb(): number {
  return process.memoryUsage.rss() / MIB;
}

/** The processor time since the start of the machine: of all processes, and of this process and a server, in milliseconds. */
export interface ProcessorTime {
  readonly machine: number;
  readonly idle: number;
  readonly peer: number;
}

export async function processorTime(server: number | undefined): Promise<ProcessorTime> {
  const [, user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, steal = 0] = (
    await readFile('/proc/stat', 'utf8')
  )
    .split(/\s+/, 9)
    .map(Number);
  const own = process.cpuUsage();
  let peer = (own.user + own.system) / 1_000;
  for (const pid of server === undefined ? [] : processTree(server)) peer += cpuOf(pid);
  const busy = (user + nice + system + irq + soft) * TICK_MS;
  return { machine: busy, idle: (idle + wait + steal) * TICK_MS, peer };
}

/** The share of the machine that other processes used between the two readings. */
export function foreignShare(before: ProcessorTime, after: ProcessorTime): number {
  const busy = after.machine - before.machine;
  const all = busy + after.idle - before.idle;
  return all > 0 ? Math.max(0, busy - (after.peer - before.peer)) / all : 0;
}

/** The processor time of a process and of the ended children that it has waited for. */
function cpuOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0) * TICK_MS;
}

function processTree(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(processTree)];
}

/** Returns an empty text for a process that has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
