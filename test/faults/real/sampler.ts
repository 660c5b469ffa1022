/** Measures the memory and processor time of a process, and the sizes of its files, on Linux. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface Sample {
  readonly rssMb: number;
  readonly cpuSeconds: number;
  /** Sizes of the files of a folder, in MB. */
  readonly filesMb: Readonly<Record<string, number>>;
}

const MB = 1024 * 1024;
const TICKS_A_SECOND = 100;

/** Returns undefined if the process has ended. */
export async function sample(pid: number | undefined, folder: string): Promise<Sample | undefined> {
  if (pid === undefined) return undefined;
  try {
    const [status, processTimes] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    const rssKb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
    // The name of the command, in parentheses, may have spaces.
    const fields = processTimes.slice(processTimes.lastIndexOf(')') + 2).split(' ');
    const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
    return { rssMb: (rssKb * 1024) / MB, cpuSeconds, filesMb: await fileSizes(folder) };
  } catch {
    return undefined;
  }
}

async function fileSizes(folder: string): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const name of await readdir(folder)) {
    const { size } = await stat(join(folder, name)).catch(() => ({ size: 0 }));
    if (size > 0) sizes[name] = size / MB;
  }
  return sizes;
}

/** Returns the quantile: `share` of the values are below it. NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
