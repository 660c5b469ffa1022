/**
 * The embedded system with `--data` is killed (SIGKILL) while fan-outs run, and started again on the same folder.
 *
 *   npx tsx test/faults/real/kills.ts [KILLS]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killLoop } from '../../durability/kill-loop.ts';

const START = fileURLToPath(new URL('../../../local/start.ts', import.meta.url));

const kills = Number(process.argv[2] ?? 100);
const folder = await mkdtemp(join(tmpdir(), 'lro-kills-'));
try {
  const start = performance.now();
  const { operations, unfinished, resumes, completions } = await killLoop({
    ...{ program: ['--import', 'tsx', START], folder, kills, parents: 20, childrenOfEach: 24 },
  });
  const isOnce = (count: number) => count === 1;
  const held = unfinished.length === 0 && resumes.every(isOnce) && completions.every(isOnce);
  const seconds = ((performance.now() - start) / 1_000).toFixed(0);
  console.log(`SIGKILL of the embedded system: ${kills} times, ${operations} operations, ${seconds} s`);
  console.log(
    `  unfinished ${unfinished.length}, parents resumed once ${resumes.filter(isOnce).length} of ${resumes.length}, completed once ${completions.filter(isOnce).length} of ${completions.length}: ${held ? 'held' : 'DID NOT HOLD'}`,
  );
  process.exitCode = held ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
