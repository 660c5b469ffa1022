import type { Connection } from './connection.ts';

/** The time since which `sweep` has run without a gap. */
export function sweepTable(connection: Connection) {
  const read = connection.query<[since: number, last: number]>('SELECT since, last FROM sweeps');
  const write = connection.command('INSERT OR REPLACE INTO sweeps (id, since, last) VALUES (1, ?, ?)');

  return {
    last(): number | undefined {
      return read.first([])?.[1];
    },
    note(now: number, maxGapMs: number): number {
      const [since, last] = read.first([]) ?? [now, now];
      // A clock that was set back to before `since` starts a new period.
      const begin = now - last > maxGapMs || now < since ? now : since;
      write.run([begin, now]);
      return begin;
    },
  };
}
