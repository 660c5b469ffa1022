import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a file in a new process, and resolves with the result that the process sends. */
export function inFreshProcess<T>(file: URL, ...args: readonly (string | number)[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(file), args.map(String));
    child.once('message', (result) => resolve(result as T));
    child.once('exit', (code) => reject(new Error(`${file.pathname} ended with ${code} and sent nothing`)));
  });
}

/** Sends the result of a file that `inFreshProcess` runs. */
export function sendResult(result: unknown): void {
  process.send?.(result, () => process.disconnect());
}
