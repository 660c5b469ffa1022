/**
 * `npm run bench -- guard [COMMIT]`: compares this checkout with another commit, in turns of one run, by ratio. Default: the last
 * commit if the checkout has changes, and otherwise the commit before it.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { median, printTable } from '../table.ts';
import { compile } from './compiled.ts';
import type { PeerFigures } from './peer-process.ts';
import { runPeer } from './peer-run.ts';
import { firstRate, warmRate } from './report.ts';
import { IDLE, WORKLOADS } from './workload.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const HARNESS = join('bench', 'peers');

/** The peers of this project that need no server. */
const PEERS = ['ours', 'served'] as const;
type Peer = (typeof PEERS)[number];

/** Files of the benchmark that are taken from the measured commit if it has them, because they use its API. */
const OF_COMMIT = ['ours.ts', 'served.ts', 'served-work.ts'].map((file) => join(HARNESS, 'engines', file));

/** Below this ratio to the other commit a figure counts as a regression. */
const LEAST_RATIO = 0.9;

/** The largest share of the machine that other processes may use. Above it, the figures of a run prove nothing. */
const MAX_FOREIGN_SHARE = 0.15;

const noServer = async () => ({ connection: '', pid: undefined, stop: async () => {} });

export async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '3' } },
  });
  const rounds = Number(values.rounds);
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds must be a number above 0');
  const commit = git('rev-parse', '--verify', `${positionals[0] ?? defaultCommit()}^{commit}`);
  const other = await mkdtemp(join(tmpdir(), 'lro-guard-'));
  try {
    await checkOut(commit, other);
    const files = { here: (await compile(CHECKOUT)).peer, there: (await compile(other)).peer };
    const here: Map<string, PeerFigures[]> = new Map();
    const there: Map<string, PeerFigures[]> = new Map();
    for (let round = 1; round <= rounds; round++) {
      for (const { name } of [...WORKLOADS, IDLE]) {
        for (const peer of PEERS) {
          // The checkout that is measured first in a round is measured second in the next round.
          const turns = [
            () => measure(here, files.here, peer, name),
            () => measure(there, files.there, peer, name),
          ];
          for (const turn of round % 2 === 0 ? turns.reverse() : turns) await turn();
        }
      }
    }
    report(commit, here, there);
  } finally {
    await rm(other, { recursive: true, force: true });
  }
}

async function measure(
  figures: Map<string, PeerFigures[]>,
  file: string,
  peer: Peer,
  workload: string,
): Promise<void> {
  const measured = await runPeer(file, peer, workload, noServer);
  const key = keyOf(peer, workload);
  figures.set(key, [...(figures.get(key) ?? []), measured]);
}

/** The figures of the rounds, by peer and workload. */
type Figures = ReadonlyMap<string, readonly PeerFigures[]>;

function keyOf(peer: Peer, workload: string): string {
  return `${peer} ${workload}`;
}

interface Row {
  readonly what: string;
  readonly here: number;
  readonly there: number;
  /** The median of the ratios of the rounds. Above 1, this checkout is better. */
  readonly ratio: number;
}

function report(commit: string, here: Figures, there: Figures): void {
  const row = (
    what: string,
    peer: Peer,
    workload: string,
    better: 'higher' | 'lower',
    of: (figures: PeerFigures) => number,
  ): Row => {
    const mine = (here.get(keyOf(peer, workload)) ?? []).map(of);
    const theirs = (there.get(keyOf(peer, workload)) ?? []).map(of);
    const ratios = mine.map((value, round) => value / (theirs[round] ?? Number.NaN));
    const ratio = median(better === 'higher' ? ratios : ratios.map((each) => 1 / each));
    return { what: `${peer}: ${what}`, here: median(mine), there: median(theirs), ratio };
  };
  const rows = PEERS.flatMap((peer) => [
    ...WORKLOADS.flatMap(({ name }) => [
      row(`${name}, first, operations/s`, peer, name, 'higher', firstRate),
      row(`${name}, warm, operations/s`, peer, name, 'higher', warmRate),
    ]),
    row('idle resume p50, ms', peer, IDLE.name, 'lower', ({ resumes }) => median(resumes)),
    row('memory after 50x20, MB', peer, '50x20', 'lower', ({ memoryMb }) => memoryMb),
  ]);
  const text = (value: number) => (value < 100 ? value.toFixed(1) : String(Math.round(value)));
  printTable(
    ['', 'this checkout', commit.slice(0, 9), 'ratio'],
    rows.map((each) => [each.what, text(each.here), text(each.there), each.ratio.toFixed(2)]),
  );
  judge(
    rows,
    Math.max(...[here, there].flatMap((figures) => [...figures.values()].flat().map(foreignShareOf))),
  );
}

/** Sets the exit code: 1 if a figure is a regression, 2 if other processes used too much of the machine. */
function judge(rows: readonly Row[], foreign: number): void {
  const worse = rows.filter(({ ratio }) => !(ratio >= LEAST_RATIO)).map(({ what }) => what);
  if (worse.length > 0) console.log(`\nbelow ${LEAST_RATIO}: ${worse.join('; ')}`);
  if (foreign <= MAX_FOREIGN_SHARE) {
    process.exitCode = worse.length > 0 ? 1 : 0;
    return;
  }
  const percent = Math.round(foreign * 100);
  console.log(
    `\nNot conclusive: other processes used up to ${percent} % of the machine. Repeat it on a quiet one.`,
  );
  process.exitCode = 2;
}

function foreignShareOf({ foreignShare }: PeerFigures): number {
  return foreignShare;
}

/** Creates a folder with the files of the commit, its dependencies, and the benchmark of this checkout. */
async function checkOut(commit: string, folder: string): Promise<void> {
  const archive = join(folder, '.archive.tar');
  git('archive', '--output', archive, commit);
  await promisify(execFile)('tar', ['-xf', archive, '-C', folder]);
  await rm(archive);
  const lock = 'package-lock.json';
  const [mine, theirs] = await Promise.all(
    [CHECKOUT, folder].map((root) => readFile(join(root, lock), 'utf8')),
  );
  if (mine === theirs) await symlink(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'));
  else
    await inFolder(folder, 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  await inFolder(folder, 'npm', ['run', '--silent', 'proto']);
  const kept = OF_COMMIT.filter((file) => existsSync(join(folder, file)));
  await cp(join(CHECKOUT, 'bench'), join(folder, 'bench'), {
    recursive: true,
    filter: (source) =>
      !/\/(node_modules|dist)(\/|$)/.test(source) && !kept.some((file) => source.endsWith(file)),
  });
}

async function inFolder(cwd: string, command: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(command, [...args], { cwd });
}

function defaultCommit(): string {
  return git('status', '--porcelain') === '' ? 'HEAD~1' : 'HEAD';
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, {
      cwd: CHECKOUT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  } catch (error) {
    throw new Error(`git ${args.join(' ')}: ${(error as { stderr?: string }).stderr?.trim()}`);
  }
}
