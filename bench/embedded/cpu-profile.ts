import inspector, { type Profiler } from 'node:inspector/promises';

/**
 * Returns the share of the time of each part, from 0 to 1, the largest first. `partOf` names the part that a function belongs to.
 */
export async function sharesOf(
  run: () => Promise<void>,
  partOf: (frame: { readonly functionName: string; readonly url: string }) => string,
): Promise<readonly (readonly [part: string, share: number])[]> {
  const session = new inspector.Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await run();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  const times = timesOf(profile);
  const total = [...times.values()].reduce((sum, time) => sum + time, 0);
  const parts = new Map<string, number>();
  for (const { id, callFrame } of profile.nodes) {
    const part = partOf(callFrame);
    parts.set(part, (parts.get(part) ?? 0) + (times.get(id) ?? 0) / total);
  }
  return [...parts].sort(([, a], [, b]) => b - a);
}

/** The self time of each node, by the id of the node. */
function timesOf({ samples = [], timeDeltas = [] }: Profiler.Profile): Map<number, number> {
  const times = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return times;
}
