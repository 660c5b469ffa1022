import { get } from 'node:http';
import type { LocalSystem } from '../../local/system.ts';

/** Measures the time from the publish of an event until each of the watchers has the change, in milliseconds. */
export async function measureWatchers(
  system: LocalSystem,
  count: number,
): Promise<{ medianMs: number; lastMs: number }> {
  let told: (name: string) => void = () => {};
  const url = `${system.operationsUrl}/v1/operations:watch?view=SUMMARY`;
  const watchers = await Promise.all(Array.from({ length: count }, () => watch(url, () => told('change'))));
  const times: number[] = [];
  const start = performance.now();
  const all = new Promise<void>((resolve) => {
    told = () => {
      times.push(performance.now() - start);
      if (times.length === count) resolve();
    };
  });
  await system.lifecycle.operation('operations/watched').create({ method: 'load.v1.Watched' });
  await all;
  for (const stop of watchers) stop();
  times.sort((one, other) => one - other);
  return { medianMs: times[Math.floor(count / 2)] ?? 0, lastMs: times.at(-1) ?? 0 };
}

/** Resolves once the watch has begun. */
async function watch(url: string, onChange: () => void): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false }, (response) => {
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (text.includes('event: begin')) resolve(() => request.destroy());
        if (text.includes('operations/watched')) onChange();
      });
      response.on('error', () => {});
    });
    request.on('error', reject);
  });
}
