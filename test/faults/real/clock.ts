/**
 * The wall clock of the embedded system with `--data`, of its worker and of its clients is put one and 20 hours forward and back under
 * load, and right again; nothing else goes wrong. Every operation ends well and once, at the latest when the clock has come to the
 * latest time that was set while it was ahead; no lease runs out on account of a step; no event is refused because of its time.
 *
 *   npx tsx test/faults/real/clock.ts [--steps 12] [--rate 2] [--seed N]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort } from '../../../local/emulators/ports.ts';
import { seeded } from '../../../testing/explore/seeded.ts';
import { Load, WORKER_SUBSCRIPTION } from './load/load.ts';
import { Target } from './load/target.ts';
import { ManagedProcess } from './managed-process.ts';
import { SteppedClock } from './stepped-clock.ts';

const HOUR_SECONDS = 3_600;
/** Less than the day for which a local subscription keeps messages: a longer step forward would rightly drop what nobody has read. */
const LONG_SECONDS = 20 * HOUR_SECONDS;
const STEPS: Readonly<Record<string, number>> = {
  '1 h ahead, then right': HOUR_SECONDS,
  '1 h behind, then right': -HOUR_SECONDS,
  '20 h ahead, then right': LONG_SECONDS,
  '20 h behind, then right': -LONG_SECONDS,
};
/** How long the clock stays wrong, and right: longer than two leases of the load and the interval of `sweep`. */
const STAY_MS = 12_000;
const PATIENCE_MS = 120_000;
const POLL_MS = 200;
const HOUR_MS = HOUR_SECONDS * 1_000;
/** A load with much work that takes longer than its lease, and many timers. */
const MIX = { long: 30, nap: 20, unanswered: 15, answered: 10, report: 15, bare: 10 } as const;

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '12' },
    rate: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

const clock = await SteppedClock.create();
if (!clock) console.log('clock: left out, there is no C compiler');
else await play(clock);

async function play(clock: SteppedClock): Promise<void> {
  const random = seeded(Number(values.seed));
  const folder = await mkdtemp(join(tmpdir(), 'lro-clock-'));
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = new ManagedProcess({
    file: fileURLToPath(new URL('../../../local/start.ts', import.meta.url)),
    args: [`--port=${new URL(url).port}`, `--data=${join(folder, 'data')}`, '--no-sample'],
    environment: clock.environment,
    log: join(folder, 'server.log'),
  });
  const worker = new ManagedProcess({
    file: fileURLToPath(new URL('./load/worker.ts', import.meta.url)),
    environment: { ...clock.environment, OPERATIONS_URL: url, SUBSCRIPTION: WORKER_SUBSCRIPTION },
    log: join(folder, 'worker.log'),
  });
  const target = new Target({ operationsUrl: url, pubsubUrl: url, project: 'p' });
  const load = new Load({
    ...{ target, rate: Number(values.rate), random, now: () => clock.now(), mix: MIX },
  });
  const injected: Record<string, number> = {};
  console.log(`clock: ${values.steps} steps, seed ${values.seed}, logs in ${folder}`);
  try {
    server.start();
    // After the server answers, because a worker without a server ends.
    await load.start();
    worker.start();
    const names = Object.keys(STEPS);
    for (let step = 0; step < Number(values.steps); step++) {
      const name = names[step % names.length] as string;
      await sleep(STAY_MS * (0.5 + random() / 2));
      clock.set(STEPS[name] ?? 0);
      await sleep(STAY_MS * (0.5 + random() / 2));
      clock.set(0);
      injected[name] = (injected[name] ?? 0) + 1;
    }
    load.pause();
    await allIsRead(url, clock.now() - HOUR_MS);
    // A timer that was set while the clock was ahead is due when the clock reaches that time again.
    clock.set(LONG_SECONDS + HOUR_SECONDS);
    const patience = performance.now() + PATIENCE_MS;
    while (load.counts.open > 0 && performance.now() < patience) await sleep(500);
    load.audit();
    conclude(load, injected);
  } finally {
    target.stop();
    await Promise.all([server.kill(), worker.kill()]);
    await clock.remove();
    if (process.exitCode !== 1) await rm(folder, { recursive: true, force: true });
  }
}

/** Resolves once no subscription has an unread message of before that time: from the last step back, the clock goes on by two steps. */
async function allIsRead(url: string, sinceMs: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/console-api/system`);
    const { backlogs } = (await answer.json()) as { backlogs: readonly { oldestTime?: string }[] };
    if (backlogs.every(({ oldestTime }) => !oldestTime || Date.parse(oldestTime) > sinceMs)) return;
    await sleep(POLL_MS);
  }
}

function conclude(load: Load, injected: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(injected)) console.log(`${String(count).padStart(5)} × ${name}`);
  const { begun, ended } = load.counts;
  const { count, repeats } = load.completions;
  console.log(
    `${begun} roots begun, ${ended} ended well; ${count} operations completed, ${repeats} completions came again; ${load.lostLeases} leases ran out, ${load.lateEvents} events came from the future and were published again`,
  );
  for (const finding of load.findings.slice(0, 20)) console.log(`  ${finding}`);
  const held = load.findings.length === 0 && load.lostLeases === 0;
  console.log(held ? 'held' : 'DID NOT HOLD');
  if (!held) process.exitCode = 1;
}
