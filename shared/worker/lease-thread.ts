/**
 * The code of the thread that renews leases. It is a thread of its own, because a step that computes blocks the timers of
 * the main thread. The code is a string, because a bundle or a TypeScript loader has no file from which to start a thread.
 *
 * It finds the leases in the blocks of lease-board.ts, receives ToLeaseThread, and sends FromLeaseThread, which names the lease by its
 * number.
 */
import { BOARD } from './lease-board.ts';

export interface LeaseThreadData {
  /** The URL of the Operations API. */
  readonly url: string;
  readonly worker: string;
  /**
   * When the main thread last ran, in nanoseconds of the monotonic clock, which a step of the wall clock does not move. Shared
   * memory, written by the main thread.
   */
  readonly lastSeen: BigInt64Array;
  /** How long the main thread may be blocked before the thread stops renewing its leases. */
  readonly maxBlockedMs: number;
}

/** `block`: one more block of the board. */
export interface ToLeaseThread {
  readonly block?: SharedArrayBuffer;
  readonly authorization?: string;
}

/**
 * `lost`: the attempt has ended or another worker holds it. `cancel`: a cancel was requested. `refused`: the server has refused this
 * authorization.
 */
export interface FromLeaseThread {
  readonly lost?: number;
  readonly cancel?: number;
  readonly refused?: string;
}

/** How often the thread looks for new leases, in milliseconds. The shortest lease is renewed after 1,666. */
const LOOK_MS = 500;
/** The number of renewals of one lease that may be without an answer: one that never gets any, and the next one. */
const MAX_CALLS_OF_LEASE = 2;
/** The number of calls at a time. Each takes about 30 KB, and a slow server must not make the thread run out of memory. */
const MAX_CALLS = 256;
/** Not less: on a busy machine, calls that are cut off early and made again would never see their answers. */
const LEAST_TIMEOUT_MS = 5_000;

export const LEASE_THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { url, worker, lastSeen, maxBlockedMs } = workerData;
const blocks = [];
// The leases whose renewal is due, in this order.
const waiting = [];
let callers = 0;
let authorization;

parentPort.on('message', ({ block, authorization: token }) => {
  if (token !== undefined) authorization = token;
  if (block) blocks.push({ ints: new Int32Array(block), bytes: Buffer.from(block), leases: [], timers: [] });
});
setInterval(look, ${LOOK_MS});

function look() {
  for (const block of blocks) {
    for (let slot = 0; slot < ${BOARD.slots}; slot++) {
      const at = slot * ${BOARD.slotBytes / 4};
      const lease = Atomics.load(block.ints, at);
      if (lease === (block.leases[slot] ?? 0)) continue;
      block.leases[slot] = lease;
      clearTimeout(block.timers[slot]);
      if (lease !== 0) add(block, slot, at, lease);
    }
  }
}

function add(block, slot, at, lease) {
  const start = at * 4 + ${BOARD.headerBytes};
  const id = block.bytes.latin1Slice(start, start + block.ints[at + 3]);
  const task = { block, slot, at, lease, id, attempt: block.ints[at + 1], intervalMs: block.ints[at + 2], calls: 0 };
  // The lease may have been there since the last look.
  arm(task, task.intervalMs - ${LOOK_MS});
}

function arm(task, ms) {
  clearTimeout(task.block.timers[task.slot]);
  task.block.timers[task.slot] = setTimeout(renew, ms, task);
}

function isKept({ block, at, lease }) {
  return Atomics.load(block.ints, at) === lease;
}

function renew(task) {
  if (!isKept(task)) return;
  // Before the call: a call that is not answered must not delay the next one.
  arm(task, task.intervalMs);
  const silentMs = Number(process.hrtime.bigint() - Atomics.load(lastSeen, 0)) / 1e6;
  // The main thread hangs: without renewals another worker takes over. A main thread that goes on has to learn of that.
  if (silentMs > maxBlockedMs || task.calls === ${MAX_CALLS_OF_LEASE}) return;
  task.calls++;
  waiting.push(task);
  if (callers === ${MAX_CALLS}) return;
  callers++;
  void callAll();
}

async function callAll() {
  for (let task = waiting.shift(); task; task = waiting.shift()) {
    if (isKept(task)) await call(task);
    task.calls--;
  }
  callers--;
}

async function call(task) {
  try {
    const headers = { 'content-type': 'application/json' };
    if (authorization) headers.authorization = authorization;
    const body = JSON.stringify({ attempt: task.attempt, worker });
    const signal = AbortSignal.timeout(Math.max(${LEAST_TIMEOUT_MS}, 2 * task.intervalMs));
    const path = url + '/v1/operations/' + task.id + ':heartbeat';
    const response = await fetch(path, { method: 'POST', headers, body, signal });
    if (response.status === 401 && headers.authorization) {
      parentPort.postMessage({ refused: headers.authorization });
      // Cloud Run's is no JSON.
      return void (await response.text());
    }
    const answer = await response.json();
    // As HttpOperationCalls reads it. Another server at this URL, such as a gateway, may answer 404 in JSON too.
    const { status, details = [] } = answer.error ?? {};
    const isGone = details.some(({ reason }) => reason === 'OPERATION_NOT_FOUND');
    if (status === 'ABORTED' || status === 'INVALID_ARGUMENT' || isGone) {
      if (isKept(task)) clearTimeout(task.block.timers[task.slot]);
      return parentPort.postMessage({ lost: task.lease });
    }
    if (answer.cancelRequested) parentPort.postMessage({ cancel: task.lease });
  } catch {
    // No answer: the next renewal may have one, and the lease is judged by the orchestrator.
  }
}
`;
