import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

export interface ChildOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the process printed, and how it ended; rejects where it could not be started. */
export async function outcomeOf(
  child: ChildProcess & { readonly stdout: Readable; readonly stderr: Readable },
): Promise<ChildOutcome> {
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  return { code, ...output };
}
