import { closeAll } from './close-all.ts';

interface Part {
  stop(): Promise<void>;
}

type Started<Parts> = { [Name in keyof Parts]: Awaited<Parts[Name]> };

/**
 * Waits for parts of a system that start at the same time. If one of them fails, stops the others, which would otherwise run until
 * this process ends.
 *
 * @param kind what each part is, for the error
 * @param parts what starts, by its name
 * @throws Error that names the parts that failed, and why
 */
export async function startTogether<Parts extends Readonly<Record<string, Promise<Part | undefined>>>>(
  kind: string,
  parts: Parts,
): Promise<Started<Parts>> {
  const names = Object.keys(parts);
  const results = await Promise.allSettled(Object.values(parts));
  const problems = results.flatMap((result, index) =>
    result.status === 'rejected'
      ? [`The ${kind} ${names[index]} did not start: ${(result.reason as Error).message}`]
      : [],
  );
  const started = results.map((result) => (result.status === 'fulfilled' ? result.value : undefined));
  if (problems.length === 0) {
    return Object.fromEntries(started.map((part, index) => [names[index], part])) as Started<Parts>;
  }
  await closeAll(started.map((part) => () => part?.stop())).catch(() => undefined);
  throw new Error(problems.join('\n'));
}
