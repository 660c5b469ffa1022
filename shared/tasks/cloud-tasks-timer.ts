/**
 * Makes `sweep` run when something is due, by tasks of Google Cloud Tasks: one task for each second, for all callers.
 * https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks/create
 */
import { createHash } from 'node:crypto';
import { withinLimit } from '../http/call-limit.ts';
import type { Log } from '../orchestrator/orchestrator.ts';
import type { DueTimer } from '../orchestrator/ports/timer.ts';

export interface CloudTasksOptions {
  readonly project: string;
  readonly location: string;
  readonly queue: string;
  /** The function that a task calls, in the name of the account. */
  readonly sweepUrl: string;
  readonly serviceAccount: string;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Google's own where absent. */
  readonly endpoint?: string;
  /** The headers that prove who calls; the account of the function where absent. */
  readonly authorize?: () => Promise<Record<string, string>>;
}

/** What is due later is found by the regular `sweep`, which runs every minute. */
const HORIZON_MS = 90_000;
/** Seconds that a task was asked for: another one would be refused. */
const MAX_REMEMBERED = 1_000;
const ALREADY_EXISTS = 409;

export function cloudTasksTimer(options: CloudTasksOptions): DueTimer {
  const { log, now } = options;
  const asked = new Set<number>();
  const authorize = options.authorize ?? accessToken();
  return {
    wakeAt(time) {
      const second = Math.ceil(Math.max(time, now()) / 1000);
      if (time - now() > HORIZON_MS || asked.has(second)) return;
      if (asked.size >= MAX_REMEMBERED) asked.clear();
      asked.add(second);
      createTask(options, second, authorize).catch((err: unknown) => {
        asked.delete(second);
        log.warn({ err }, 'no task could be created: the regular sweep finds what is due');
      });
    },
  };
}

async function createTask(
  {
    project,
    location,
    queue,
    sweepUrl,
    serviceAccount,
    endpoint = 'https://cloudtasks.googleapis.com',
  }: CloudTasksOptions,
  second: number,
  authorize: () => Promise<Record<string, string>>,
): Promise<void> {
  const parent = `projects/${project}/locations/${location}/queues/${queue}`;
  const task = {
    name: `${parent}/tasks/${taskId(second)}`,
    scheduleTime: new Date(second * 1000).toISOString(),
    httpRequest: {
      ...{ url: sweepUrl, httpMethod: 'POST', headers: { 'content-type': 'application/json' } },
      body: Buffer.from('{}').toString('base64'),
      oidcToken: { serviceAccountEmail: serviceAccount, audience: sweepUrl },
    },
  };
  await withinLimit('creating a task', async (signal) => {
    const response = await fetch(`${endpoint}/v2/${parent}/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await authorize()) },
      body: JSON.stringify({ task }),
      redirect: 'error',
      signal,
    });
    await response.body?.cancel();
    // Another instance has asked for that second.
    if (response.ok || response.status === ALREADY_EXISTS) return;
    throw new Error(`Cloud Tasks answered ${response.status}`);
  });
}

/** Ids in the order of time would all be kept in one place: a hash in front spreads them. */
function taskId(second: number): string {
  const hash = createHash('sha256').update(String(second)).digest('hex').slice(0, 8);
  return `${hash}-due-${second}`;
}

/** Most calls of most functions ask for no task: the library is loaded by the first that does. */
function accessToken(): () => Promise<Record<string, string>> {
  const client = once(async () => {
    const { GoogleAuth } = await import('google-auth-library');
    return new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
  });
  return async () => {
    const token = await (await client()).getAccessToken();
    return { authorization: `Bearer ${token}` };
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
