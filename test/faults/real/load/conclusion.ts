import type { Load } from './load.ts';

/**
 * Prints what was injected, what the load found, and what is known about operations that are still open. A finding makes the process end
 * with 1.
 */
export async function conclude(
  load: Load,
  operationsUrl: string,
  injected: Iterable<readonly [name: string, count: number]>,
): Promise<void> {
  for (const [name, count] of injected) console.log(`${String(count).padStart(5)} × ${name}`);
  const { begun, ended } = load.counts;
  const { count, repeats } = load.completions;
  console.log(
    `${begun} roots begun, ${ended} ended well; ${count} operations completed, ${repeats} completions came again`,
  );
  for (const finding of load.findings.slice(0, 20)) console.log(`  ${finding}`);
  for (const name of load.open().slice(0, 5)) {
    for (const method of ['explain', 'inspect']) {
      const answer = await fetch(`${operationsUrl}/v1/${name}:${method}`).then((one) => one.text(), String);
      console.log(`  ${name}: ${answer.slice(0, 3_000)}`);
    }
  }
  console.log(load.findings.length === 0 ? 'held' : 'DID NOT HOLD');
  if (load.findings.length > 0) process.exitCode = 1;
}
