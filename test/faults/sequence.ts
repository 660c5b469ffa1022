/**
 * Generates a scenario from a seed: a few operations, with workers that need no signals or with dispatch. The operations wait for
 * one another, spawn children, get notifications, and are cancelled.
 */
import { createHash } from 'node:crypto';
import type { Signal } from '../../shared/orchestrator/ports/publisher.ts';
import { seeded } from '../../testing/explore/seeded.ts';
import type { EventJson, Scenario } from './scenario.ts';

type Random = () => number;
type Timed = EventJson & { readonly atMs: number };
type Said = EventJson & { readonly afterMs?: number };

const MAX_OPERATIONS = 4;
const MAX_STEPS = 5;
const POLICIES = ['ALL_DONE', 'ANY_DONE', 'ALL_SUCCEEDED', 'ANY_SUCCEEDED', 'QUORUM_SUCCEEDED'];
const END_MS = 60_000;

export function sequence(seed: number): Scenario {
  const random = seeded(seed);
  const names = Array.from(
    { length: 1 + below(random, MAX_OPERATIONS) },
    (_, index) => `operations/o${index}`,
  );
  const plans = names.map((name, index) => {
    const later = names.slice(index + 1);
    return random() < 0.5 ? dispatched(random, name) : lifecycle(random, name, later);
  });
  return {
    name: `event sequence ${seed}`,
    events: plans.flatMap(({ events }) => events),
    workers: { dispatched: (signal) => answers(seed, signal) },
    ends: Object.fromEntries(names.map((name, index) => [name, plans[index]?.end ?? 'ENDED'])),
  };
}

interface Plan {
  readonly events: readonly Timed[];
  readonly end: 'SUCCEEDED' | 'FAILED' | 'ENDED';
}

/**
 * The lifecycle of one worker with one terminal event, which decides the end in every order of the events, unless the operation
 * is cancelled.
 */
function lifecycle(random: Random, operation: string, later: readonly string[]): Plan {
  const steps = Array.from({ length: below(random, MAX_STEPS + 1) }, () => step(random, later));
  const succeeds = random() < 0.7;
  const isStopped = random() < 0.2;
  const all: EventJson[] = [
    { created: { method: 'own', metadata: any('created'), labels: { seed: operation.slice(11) } } },
    ...steps,
    ...(isStopped ? [{ cancelRequested: { cascade: random() < 0.5 } }] : []),
    succeeds ? { succeeded: { response: any('done') } } : { failed: { error: { code: 9, message: 'no' } } },
  ];
  const events = all.map((event, index) => ({
    operation,
    ...event,
    sequence: String(index + 1),
    atMs: index === all.length - 1 ? END_MS : below(random, END_MS),
  }));
  return { events, end: succeeds ? 'SUCCEEDED' : 'FAILED' };
}

function dispatched(random: Random, operation: string): Plan {
  const dispatch = {
    lease: '60s',
    maxTries: 1 + below(random, 4),
    firstBackoff: '1s',
    maxBackoff: '30s',
    cancelTimeout: '120s',
    ...(random() < 0.2 && { catchPoint: 'undo', catchTimeout: '600s' }),
  };
  const timeout = random() < 0.2 ? { timeout: `${60 + below(random, 600)}s` } : {};
  const created = { method: 'dispatched', dispatch, ...timeout };
  const others: EventJson[] = [
    ...(random() < 0.3 ? [{ cancelRequested: {} }] : []),
    ...(random() < 0.4 ? [{ notified: { name: 'fact', payload: any('fact') } }] : []),
  ];
  const events = [{ created }, ...others].map((event) => ({
    operation,
    ...event,
    atMs: below(random, END_MS),
  }));
  return { events, end: 'ENDED' };
}

function step(random: Random, later: readonly string[]): EventJson {
  const kind = below(random, 4);
  if (kind === 0) return { progressed: { metadata: any(`p${below(random, 9)}`) } };
  if (kind === 1) return { checkpointed: { resumePoint: `r${below(random, 9)}`, checkpoint: 'AQID' } };
  if (kind === 2) return { notified: { name: 'fact' } };
  return { waiting: wait(random, later) };
}

function wait(random: Random, children: readonly string[]): object {
  const timeout = `${30 + below(random, 600)}s`;
  const facts = random() < 0.3 ? { notifications: ['fact'] } : {};
  if (children.length === 0 && !('notifications' in facts)) return { sleep: `${1 + below(random, 60)}s` };
  const some = children.filter(() => random() < 0.7);
  const childOperations = some.length > 0 || 'notifications' in facts ? some : children;
  const policy = POLICIES[below(random, POLICIES.length)];
  const quorum = policy === 'QUORUM_SUCCEEDED' ? { quorum: 1 } : {};
  return { childOperations, policy, ...quorum, timeout, ...facts };
}

/**
 * Returns the events with which the worker answers a signal: the same events for each delivery of the signal. The worker takes every
 * attempt, because the orchestrator sends the signal of an attempt that is not taken again without end.
 */
function answers(seed: number, { kind, operation, attempt, ...signal }: Signal): readonly Said[] {
  const waitId = kind === 'RESUME' && 'waitId' in signal ? signal.waitId : '';
  const random = seeded(hash(`${seed} ${kind} ${operation} ${attempt} ${waitId}`));
  // A worker that never had a START has nothing to stop.
  if (kind === 'CANCEL') return attempt > 0 && random() < 0.7 ? [{ cancelled: {} }] : [];
  const taken: Said = { heartbeat: {} };
  const end = below(random, 10);
  const afterMs = 1 + below(random, 40_000);
  if (end === 0) return [taken];
  if (end < 3) return [taken, { attemptFailed: { error: { code: 14, message: 'again' } }, afterMs }];
  const mayWait = attempt < 4 && operation.split('.').length < 3;
  if (end < 6 && mayWait) return [taken, { waiting: dispatchedWait(random, operation, attempt), afterMs }];
  return [taken, { progressed: { metadata: any('on') }, afterMs: 1 }, { succeeded: {}, afterMs }];
}

function dispatchedWait(random: Random, operation: string, attempt: number): object {
  if (random() < 0.4) return { sleep: `${1 + below(random, 120)}s` };
  const id = operation.slice('operations/'.length);
  const spawn = Array.from({ length: 1 + below(random, 3) }, (_, index) => ({
    operationId: `${id}.${attempt}-${index}`,
    method: 'dispatched',
    dispatch: { maxTries: 2, maxBackoff: '10s' },
  }));
  return { spawn, timeout: '600s', policy: POLICIES[below(random, 4)], cancelRest: random() < 0.5 };
}

function any(value: string): object {
  return { '@type': 'type.googleapis.com/google.protobuf.StringValue', value };
}

function below(random: Random, end: number): number {
  return Math.floor(random() * end);
}

function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}
