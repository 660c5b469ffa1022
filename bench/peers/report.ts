import { median, printTable, quantile } from '../table.ts';
import type { PeerFigures } from './peer-process.ts';
import { IDLE, WORKLOADS } from './workload.ts';

/** The figures of one engine at one workload, round by round. */
export type Rounds = readonly PeerFigures[];

/** By workload, then by engine. */
export type Measured = ReadonlyMap<string, ReadonlyMap<string, Rounds>>;

/** The number of first runs of a process that do not count for the warm figure. */
const COLD_RUNS = 2;

type Rates = Readonly<Record<string, number>>;

/** The last line of `--json`. */
export interface PeersReport {
  readonly [workload: string]: { readonly first: Rates; readonly warm: Rates } | Rates | Resumes;
}

type Resumes = Readonly<Record<string, { readonly p50: number; readonly p95: number }>>;

export function reportOf(measured: Measured): PeersReport {
  const rates = WORKLOADS.map(({ name }) => {
    const engines = measured.get(name) ?? new Map<string, Rounds>();
    return [
      name,
      {
        first: withRatio(engines, (rounds) => median(rounds.map(firstRate))),
        warm: withRatio(engines, (rounds) => median(rounds.map(warmRate))),
      },
    ] as const;
  });
  const resumeMs = each(measured.get(IDLE.name), (rounds) => {
    const resumes = rounds.flatMap((figures) => figures.resumes);
    return { p50: rounded(quantile(resumes, 0.5), 2), p95: rounded(quantile(resumes, 0.95), 2) };
  });
  return { ...Object.fromEntries(rates), resumeMs, memoryMb: memoryOf(measured) };
}

export function printReport(measured: Measured, engines: readonly string[]): void {
  const report = reportOf(measured);
  const rows = WORKLOADS.flatMap(({ name }) =>
    (['first', 'warm'] as const).map((when) => {
      const rates = (report[name] as Record<'first' | 'warm', Rates>)[when];
      return [`${name}, ${when}`, ...engines.map((engine) => rates[engine] ?? '-'), rates.ratio ?? '-'];
    }),
  );
  console.log('\noperations a second, and ours over BullMQ');
  printTable(['parents × children', ...engines, 'ratio'], rows);
  const resumes = report.resumeMs as Resumes;
  const memory = report.memoryMb as Rates;
  console.log(
    '\none parent of 20 on an idle engine, from its last child to its code; memory of all processes',
  );
  printTable(
    ['', ...engines],
    [
      ['p50, ms', ...engines.map((engine) => resumes[engine]?.p50 ?? '-')],
      ['p95, ms', ...engines.map((engine) => resumes[engine]?.p95 ?? '-')],
      ['memory, MB', ...engines.map((engine) => memory[engine] ?? '-')],
    ],
  );
  const all = [...measured.values()].flatMap((byEngine) => [...byEngine.values()]).flat();
  const versions = Object.assign({}, ...all.map((figures) => figures.versions));
  const foreign = Math.max(...all.map((figures) => figures.foreignShare));
  console.log(
    `\n${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
  );
  console.log(`other processes used up to ${Math.round(foreign * 100)} % of the machine during a run`);
}

export function firstRate({ rates }: PeerFigures): number {
  return rates[0] ?? Number.NaN;
}

export function warmRate({ rates }: PeerFigures): number {
  return median(rates.length > COLD_RUNS ? rates.slice(COLD_RUNS) : rates);
}

/** The largest memory of an engine and its server in any workload. */
function memoryOf(measured: Measured): Rates {
  const most = new Map<string, number>();
  for (const byEngine of measured.values()) {
    for (const [engine, rounds] of byEngine) {
      const memory = median(rounds.map(({ memoryMb }) => memoryMb));
      most.set(engine, Math.max(most.get(engine) ?? 0, Math.round(memory)));
    }
  }
  return Object.fromEntries(most);
}

function withRatio(engines: ReadonlyMap<string, Rounds>, rateOf: (rounds: Rounds) => number): Rates {
  const rates = each(engines, (rounds) => Math.round(rateOf(rounds)));
  const { ours, bullmq } = rates;
  return ours && bullmq ? { ...rates, ratio: rounded(ours / bullmq, 2) } : rates;
}

function each<T>(
  engines: ReadonlyMap<string, Rounds> = new Map(),
  of: (rounds: Rounds) => T,
): Record<string, T> {
  return Object.fromEntries([...engines].map(([engine, rounds]) => [engine, of(rounds)]));
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
