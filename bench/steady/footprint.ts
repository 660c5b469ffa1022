/** Measures what a server occupies, on Linux. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { treeMemoryMb } from '../peers/usage.ts';

export interface Footprint {
  readonly memoryMb: number;
  readonly databaseMb: number;
  /** SQLite's write-ahead log. */
  readonly logMb: number;
}

export async function footprint(pid: number, folder: string): Promise<Footprint> {
  const sizes = { databaseMb: 0, logMb: 0 };
  for (const name of await readdir(folder)) {
    const megabytes = Math.round((await stat(join(folder, name))).size / 1e6);
    if (name.endsWith('.db')) sizes.databaseMb += megabytes;
    if (name.endsWith('-wal')) sizes.logMb += megabytes;
  }
  return { memoryMb: Math.round(treeMemoryMb(pid)), ...sizes };
}
