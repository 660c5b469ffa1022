/** Finds the step at which the work of a signal goes on, or the reason why this worker refuses the signal. */
import { payloadFromAny } from '../client/any.ts';
import { codeOf } from '../client/code.ts';
import { fromWireStatus, isOperationError } from '../client/operation-error.ts';
import { parse } from '../client/schema.ts';
import { Failure } from './failure.ts';
import type { WorkerSpec } from './operation.ts';
import type { OperationCalls } from './operation-calls.ts';
import { decodeSavedWork, type SavedWork, UnknownForm } from './saved-work.ts';
import type { Signal } from './signal.ts';
import { waitFailure } from './wait-result.ts';

/** The worker, the step and the saved work with which an attempt begins. */
export interface Entry {
  readonly worker: WorkerSpec;
  readonly input: unknown;
  readonly work: SavedWork;
  readonly step: string;
  readonly failure?: Failure;
}

export type Entrance =
  | { readonly type: 'enter'; readonly entry: Entry }
  /** A worker of another release may be able to read the signal. */
  | { readonly type: 'leave'; readonly reason: string }
  /** The operation ends with the error, and no step runs. */
  | { readonly type: 'end'; readonly failure: Failure };

/** Returns a promise only where one is needed. Rejects if a call to the orchestrator that is needed for the decision fails. */
export function entrance(
  workers: ReadonlyMap<string, WorkerSpec>,
  signal: Signal,
  calls: OperationCalls,
): Entrance | Promise<Entrance> {
  const { method } = signal;
  const worker = workers.get(method);
  if (!worker) return leave(`this worker has no method ${method}`);
  let work: SavedWork;
  try {
    work = decodeSavedWork(signal.checkpoint, signal.operation);
  } catch (error) {
    if (error instanceof UnknownForm) return leave(error.message);
    throw error;
  }
  const { version } = work;
  if (version !== undefined && version > (worker.state?.codec.version ?? 0)) {
    return leave(
      `the state has version ${version}, this worker knows ${worker.state?.codec.version ?? 'none'}`,
    );
  }
  const found = resumedAt(worker, signal, work, calls);
  return found instanceof Promise
    ? found.then((point) => entranceAt(point, worker, signal))
    : entranceAt(found, worker, signal);
}

function entranceAt(
  point: Point | Entrance,
  worker: WorkerSpec,
  signal: Signal,
): Entrance | Promise<Entrance> {
  if ('type' in point) return point;
  if (!Object.hasOwn(worker.steps, point.step))
    return leave(`this worker has no step ${signal.method} "${point.step}"`);
  try {
    const parsed = parse(worker.definition.input, payloadFromAny(signal.input), 'input', 'INVALID_ARGUMENT');
    if (!(parsed instanceof Promise)) return enter(point, worker, parsed);
    return parsed.then(
      (input) => enter(point, worker, input),
      (error) => refusedBySchema(signal, error),
    );
  } catch (error) {
    return refusedBySchema(signal, error);
  }
}

function enter({ work, step, failure }: Point, worker: WorkerSpec, input: unknown): Entrance {
  return { type: 'enter', entry: { worker, input, work, step, failure } };
}

/** @throws an error that is not of the schema */
function refusedBySchema(signal: Signal, error: unknown): Entrance {
  if (!isOperationError(error)) throw error;
  // An earlier worker has accepted this input, so another worker may accept it again.
  const isFirst = signal.kind === 'START' && (signal.attempt ?? 1) === 1 && signal.checkpoint === '';
  return isFirst
    ? { type: 'end', failure: new Failure('TRIES', error) }
    : leave(`its schema refuses it: ${error.message}`);
}

type Point = Pick<Entry, 'step' | 'work' | 'failure'>;

function resumedAt(
  worker: WorkerSpec,
  signal: Signal,
  work: SavedWork,
  calls: OperationCalls,
): Point | Entrance | Promise<Point | Entrance> {
  const saved = work.failure && new Failure(work.failure.reason, work.failure);
  const step = signal.resumePoint || 'start';
  if (signal.error && beginsLastResort(signal, work)) {
    const reason = signal.cause === 'DEADLINE' || signal.cause === 'CANCEL' ? signal.cause : 'TRIES';
    const failure = new Failure(reason, fromWireStatus(signal.error));
    return { step, work: { ...work, decided: true, lastResort: true }, failure };
  }
  const proceed = (missed?: Failure) => resumedAfter(worker, work, { step, saved, missed });
  if (signal.kind !== 'RESUME' || !work.wait || work.decided) return proceed();
  return waitFailure(work.wait, signal, calls).then(proceed);
}

/**
 * Whether the resume point of the signal is the step of the last resort. Every signal after that carries the error too. A cancel that ends a
 * wait resumes at the step of the wait instead, so that the wait's own `catch` comes first.
 */
function beginsLastResort({ waitId, cause, error }: Signal, { lastResort }: SavedWork): boolean {
  if (lastResort) return false;
  return waitId === '' || (cause === 'DEADLINE' && codeOf(error?.code ?? 0) === 'DEADLINE_EXCEEDED');
}

/** The step that a RESUME names, and what went wrong before it. */
interface ResumedStep {
  readonly step: string;
  /** The failure that the saved work has. */
  readonly saved: Failure | undefined;
  /** Why the wait failed, or undefined if it did not. */
  readonly missed: Failure | undefined;
}

function resumedAfter(
  { catchStep }: WorkerSpec,
  work: SavedWork,
  { step, saved, missed }: ResumedStep,
): Point | Entrance {
  if (!missed) return { step, work, failure: saved };
  if (work.wait?.catch !== undefined) return { step: work.wait.catch, work, failure: missed };
  // A wait of the last resort that fails ends the operation with what began the last resort.
  if (work.lastResort || catchStep === undefined)
    return { type: 'end', failure: (work.lastResort && saved) || missed };
  return { step: catchStep, work: { ...work, lastResort: true }, failure: missed };
}

function leave(reason: string): Entrance {
  return { type: 'leave', reason };
}
