/**
 * The code of the thread that renews leases. It is a thread of its own, because a step that computes blocks the timers of
 * the main thread. The code is a string, because a bundle or a TypeScript loader has no file from which to start a thread.
 *
 * It receives ToLeaseThread and sends FromLeaseThread, which names the task by its id.
 */
export interface LeaseThreadData {
  readonly worker: string;
  /**
   * When the main thread last ran, in nanoseconds of the monotonic clock, which a step of the wall clock does not move. Shared
   * memory, written by the main thread.
   */
  readonly lastSeen: BigInt64Array;
  /** How long the main thread may be blocked before the thread stops renewing its leases. */
  readonly maxBlockedMs: number;
}

export interface ThreadTask {
  readonly id: number;
  readonly url: string;
  readonly attempt: number;
  /** The time between two renewals. */
  readonly intervalMs: number;
}

export interface ToLeaseThread {
  readonly add?: readonly ThreadTask[];
  readonly remove?: readonly number[];
  readonly authorization?: string;
}

/** `lost`: the attempt has ended or another worker holds it. `cancel`: a cancel was requested. */
export interface FromLeaseThread {
  readonly lost?: number;
  readonly cancel?: number;
}

export const LEASE_THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { worker, lastSeen, maxBlockedMs } = workerData;
const timers = new Map();
let authorization;

parentPort.on('message', ({ add = [], remove = [], authorization: token }) => {
  if (token !== undefined) authorization = token;
  for (const task of add) arm(task);
  for (const id of remove) {
    clearTimeout(timers.get(id));
    timers.delete(id);
  }
});

function arm(task) {
  timers.set(task.id, setTimeout(renew, task.intervalMs, task));
}

async function renew(task) {
  const silentMs = Number(process.hrtime.bigint() - Atomics.load(lastSeen, 0)) / 1e6;
  // The main thread hangs: without renewals another worker takes over.
  if (silentMs > maxBlockedMs) return timers.delete(task.id);
  try {
    const headers = { 'content-type': 'application/json' };
    if (authorization) headers.authorization = authorization;
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
