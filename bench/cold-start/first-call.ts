import { startFunction } from './function-process.ts';

export interface FirstCall {
  readonly path: string;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Milliseconds from the start of a function's process to the answer to its first call. */
export async function startTime(
  source: string,
  target: string,
  env: Readonly<Record<string, string>>,
  { path, body, headers }: FirstCall,
  node: string,
): Promise<number> {
  const start = performance.now();
  const { url, stop } = await startFunction(source, target, env, { node });
  try {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${target} answered ${response.status}: ${answer}`);
    return performance.now() - start;
  } finally {
    await stop();
  }
}
