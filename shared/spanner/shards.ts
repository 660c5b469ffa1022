import { type Cells, cellsOf, required } from './cells.ts';
import type { Reader } from './reader.ts';

/** The number of values of the Shard columns: what the DDL divides by. */
export const SHARDS = 16;

export interface ShardedRead {
  readonly table: string;
  /** Its key begins with the shard and the time. */
  readonly index: string;
  readonly columns: readonly string[];
  /** The column with the time. */
  readonly time: string;
  readonly before: number;
  readonly limit: number;
}

/**
 * The rows with the earliest times, whatever shard they are in. Each shard is asked for as many as are wanted, so that a
 * shard with many rows can't keep the others out.
 */
export async function readEarliest(reader: Reader, request: ShardedRead): Promise<readonly Cells[]> {
  const { table, index, columns, time, before, limit } = request;
  const shards = await Promise.all(
    Array.from({ length: SHARDS }, (_, shard) => {
      const ranges = [{ startClosed: [shard], endOpen: [shard, new Date(before)] }];
      return reader.read(table, { index, columns: [...columns, time], ranges, limit });
    }),
  );
  const timeOf = (cells: Cells) => required(cells.time(time));
  return shards
    .flat()
    .map(cellsOf)
    .sort((one, other) => timeOf(one) - timeOf(other))
    .slice(0, limit);
}
