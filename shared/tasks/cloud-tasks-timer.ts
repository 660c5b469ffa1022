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
  /** The URL of `sweep`, and the service account that a task calls it as. */
  readonly sweepUrl: string;
  readonly serviceAccount: string;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The URL of the Cloud Tasks API. Default: Google's. */
  readonly endpoint?: string;
  /** Returns the headers that authenticate the call. Default: those of the function's service account. */
  readonly authorize?: () => Promise<Record<string, string>>;
}

/** The longest time ahead for a task. The regular `sweep`, which runs every minute, finds what is due later. */
const HORIZON_MS = 90_000;
/** The number of seconds that this process remembers as having a task. Cloud Tasks refuses a second task for the same second. */
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
      url: sweepUrl,
      httpMethod: 'POST',
      headers: { 'content-type': 'application/json' },
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
    // Another instance has created the task for that second.
    if (response.ok || response.status === ALREADY_EXISTS) return;
    throw new Error(`Cloud Tasks answered ${response.status}`);
  });
}

/** Sequential task ids slow Cloud Tasks down, so each id begins with a hash. */
function taskId(second: number): string {
  const hash = createHash('sha256').update(String(second)).digest('hex').slice(0, 8);
  return `${hash}-due-${second}`;
}

/** Most calls create no task, so the first call that creates one loads the library. */
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
