/**
 * The thread that renews leases: a step that computes silences the timers of its own thread. It is text, since neither a
 * bundle nor a loader of TypeScript has a file that a thread could start from.
 *
 * In: `{ add }`, `{ remove }` and `{ authorization }`. Out: `{ lost }` and `{ cancel }`, each with the number of a task.
 */
export interface LeaseThreadData {
  readonly worker: string;
  /** When the main thread last ran, in milliseconds since the epoch; shared. */
  readonly lastSeen: BigInt64Array;
  /** How long the main thread may be silent before it counts as hung. */
  readonly maxBlockedMs: number;
}

export interface ThreadTask {
  readonly id: number;
  readonly url: string;
  readonly attempt: number;
  /** How long from one renewal to the next. */
  readonly intervalMs: number;
}

export interface ToLeaseThread {
  readonly add?: ThreadTask;
  readonly remove?: readonly number[];
  readonly authorization?: string;
}

export interface FromLeaseThread {
  readonly lost?: number;
  readonly cancel?: number;
}

export const LEASE_THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { worker, lastSeen, maxBlockedMs } = workerData;
const timers = new Map();
let authorization;

parentPort.on('message', ({ add, remove = [], authorization: token }) => {
  if (token !== undefined) authorization = token;
  for (const id of remove) {
    clearTimeout(timers.get(id));
    timers.delete(id);
  }
  if (add) arm(add);
});

function arm(task) {
  timers.set(task.id, setTimeout(renew, task.intervalMs, task));
}

async function renew(task) {
  const silentMs = Date.now() - Number(Atomics.load(lastSeen, 0));
  // The main thread hangs: without renewals another worker takes over.
  if (silentMs > maxBlockedMs) return timers.delete(task.id);
  try {
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
    const body = JSON.stringify({ attempt: task.attempt, worker });
    const signal = AbortSignal.timeout(Math.max(1000, task.intervalMs));
    const response = await fetch(task.url, { method: 'POST', headers, body, signal });
    const answer = await response.json();
    if (response.status === 409 || response.status === 404 || response.status === 400) {
      timers.delete(task.id);
      return parentPort.postMessage({ lost: task.id });
    }
    if (answer.cancelRequested) parentPort.postMessage({ cancel: task.id });
  } catch {
    // No answer: the next renewal may have one, and the lease is judged by the orchestrator.
  }
  if (timers.has(task.id)) arm(task);
}
`;
