/**
 * Receives signals, runs their attempts, and ends the attempts when the process stops.
 *
 *   received ──known here?──▶ line of its method ──free?──▶ taken (:heartbeat) ──▶ acknowledged ──▶ steps run
 *       └── no: put off, for another worker          └── ABORTED: acknowledged, and dropped
 *
 * 1. An attempt runs at most once in this process: a second copy of its signal is answered as the first one is. See signal-copies.ts.
 * 2. A signal is acknowledged when its attempt is taken. Without a lease the orchestrator cannot notice a crash, so then
 *    the signal is acknowledged after the attempt. See unleased-attempts.ts.
 * 3. While the end of an attempt is reported, the next attempt has its place. See places.ts.
 * 4. Each method has a line of its own. Signals that wait there take no capacity from other methods. See lane.ts.
 */
import { Attempt } from './attempt.ts';
import type { AttemptParts } from './attempt-parts.ts';
import { endOperation } from './end-operation.ts';
import { entrance } from './entry.ts';
import type { Lane, Received } from './lane.ts';
import { Lanes } from './lanes.ts';
import type { Leases } from './leases.ts';
import type { WorkerSpec } from './operation.ts';
import { Pace } from './pace.ts';
import { Place, Places } from './places.ts';
import { PutOffs } from './put-offs.ts';
import { readSignal, type Signal } from './signal.ts';
import { SignalCopies } from './signal-copies.ts';
import type { SignalMessage, SignalReceiver } from './signal-source.ts';
import { inSignalSpan } from './signal-span.ts';
import { UnleasedAttempts } from './unleased-attempts.ts';

export interface PoolOptions {
  readonly workers: readonly WorkerSpec[];
  readonly parts: AttemptParts;
  readonly leases: Leases;
  /** How many attempts run steps in this process at a time. */
  readonly concurrency: number;
  /** Called when work begins. The returned function is called when it ends. Tests stop virtual time in between. */
  readonly busy?: (signal: Signal) => () => void;
}

/** The largest number of signals in all lines of a process. */
export const MAX_IN_LINE = 1_000;
const LONGEST_FULL_DELAY_MS = 10_000;
const UNANSWERED_DELAY_MS = 1_000;

/** A signal that is worked on. */
interface Running {
  readonly operation: string;
  readonly copies: SignalCopies;
  readonly place: Place;
  /** Absent until the attempt is taken. */
  attempt: Attempt | undefined;
  /** A CANCEL may overtake the answer that the attempt is taken, which then does not know of it. */
  cancelRequested: boolean;
}

export class WorkerPool implements SignalReceiver {
  readonly #workers: ReadonlyMap<string, WorkerSpec>;
  readonly #options: PoolOptions;
  readonly #lanes: Lanes;
  readonly #unleased: UnleasedAttempts;
  /** By operation and attempt. */
  readonly #running = new Map<string, Running>();
  readonly #putOffs: PutOffs;
  readonly #pace: Pace;
  readonly #places: Places;
  /** The number of attempts that have not ended. */
  #active = 0;
  #stopping = false;
  /** Whether the time is over that a stopping process gives its steps. */
  #isGraceOver = false;
  #listeners: (() => void)[] = [];
  #idle: (() => void)[] = [];

  constructor(options: PoolOptions) {
    if (!(options.concurrency >= 1))
      throw new Error(`concurrency: must be at least 1, and is ${options.concurrency}`);
    this.#options = options;
    this.#pace = new Pace(() => options.parts.clock.now());
    this.#places = new Places(options.concurrency);
    this.#putOffs = new PutOffs(options.parts.log, (operation) => options.parts.calls.isOver(operation));
    this.#workers = new Map(options.workers.map((worker) => [worker.definition.method, worker]));
    this.#lanes = new Lanes(options.workers, options.parts.clock);
    this.#unleased = new UnleasedAttempts(options.parts.calls, options.parts.clock);
  }

  get capacity(): number {
    if (this.#stopping) return 0;
    const { concurrency } = this.#options;
    // The pool pulls as many signals ahead as it works off in a second, so that the next attempt begins at once.
    const ahead = Math.min(concurrency, this.#pace.perSecond);
    return Math.max(0, this.#places.free) + Math.max(0, ahead - this.#lanes.inLine);
  }

  /** The time until half of a full line is worked off, so that the signals are here again before the line is empty. */
  get #fullDelayMs(): number {
    return Math.min(LONGEST_FULL_DELAY_MS, Math.ceil((MAX_IN_LINE / 2 / this.#pace.perSecond) * 1_000));
  }

  onCapacity(listener: () => void): void {
    this.#listeners.push(listener);
  }

  receive(message: SignalMessage): void {
    if (this.#stopping) message.putOff(0);
    else this.#read(message);
  }

  #read(message: SignalMessage): void {
    try {
      const signal = readSignal(message.data);
      if (signal.kind === 'CANCEL') this.#cancel({ message, signal });
      else this.#queue({ message, signal });
    } catch (error) {
      this.#options.parts.log.error('a signal cannot be read and was dropped', { err: error });
      message.ack();
    }
  }

  #queue(received: Received): void {
    const { message, signal } = received;
    const lane = this.#lanes.of(signal.method);
    if (!lane) {
      void this.#putOffs.leave(message, `this worker has no method ${signal.method}`);
    } else if (this.#isCopy(received)) {
      return;
    } else if (this.#isFree(lane)) {
      void this.#run(lane, received);
    } else if (this.#lanes.inLine >= MAX_IN_LINE) {
      message.putOff(this.#fullDelayMs);
    } else {
      lane.add(received);
    }
  }

  /** Resolves once every attempt has ended, or was given back. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#lanes.giveBackAll();
    const cancelTimer = this.#options.parts.clock.after(graceMs, () => {
      this.#isGraceOver = true;
      for (const { attempt } of this.#running.values()) attempt?.abort('SHUTDOWN');
    });
    await this.idle();
    cancelTimer();
    this.#options.leases.stop();
    this.#unleased.stop();
  }

  async idle(): Promise<void> {
    while (this.#active > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #cancel({ message, signal }: Received): void {
    for (const running of this.#running.values()) {
      if (running.operation !== signal.operation) continue;
      running.cancelRequested = true;
      running.attempt?.abort('CANCEL');
    }
    // A signal that still waits learns of the cancel when its attempt begins, and another process at its next renewal.
    message.ack();
  }

  /** Never rejects, unless the log throws. */
  async #run(lane: Lane, received: Received): Promise<void> {
    const { message, signal } = received;
    const key = keyOf(signal);
    const place = new Place(this.#places, this.#startNext);
    const running: Running = {
      operation: signal.operation,
      copies: new SignalCopies(message),
      place,
      attempt: undefined,
      cancelRequested: false,
    };
    this.#active++;
    lane.running++;
    this.#running.set(key, running);
    const done = this.#options.busy?.(signal);
    try {
      await inSignalSpan(this.#options.parts.telemetry, signal, () => this.#work(signal, running));
    } catch (error) {
      const { operation, attempt } = signal;
      this.#options.parts.log.error('an attempt ended without a word', { operation, attempt, err: error });
      running.copies.putOff(UNANSWERED_DELAY_MS);
    } finally {
      this.#running.delete(key);
      running.copies.ended();
      lane.running--;
      place.leave();
      this.#active--;
      this.#pace.ended();
      // The limit of the method may have been the only obstacle for the next signal in its lane.
      this.#startNextOf(lane);
      this.#startNext();
      if (this.#active === 0) for (const wake of this.#idle.splice(0)) wake();
      done?.();
    }
  }

  /** Whether this process works on the signal already. Then the message is answered with it. */
  #isCopy({ message, signal }: Received): boolean {
    const running = this.#running.get(keyOf(signal));
    running?.copies.add(message);
    return running !== undefined;
  }

  #isFree(lane: Lane): boolean {
    return lane.isFree && this.#places.free > 0;
  }

  /** Starts the signals that have a place now, and pulls more if places are left. */
  readonly #startNext = (): void => {
    for (const lane of this.#lanes) this.#startNextOf(lane);
    if (this.capacity > 0) for (const listener of this.#listeners) listener();
  };

  #startNextOf(lane: Lane): void {
    while (this.#isFree(lane)) {
      const received = lane.takeFirst();
      if (!received) return;
      if (!this.#isCopy(received)) void this.#run(lane, received);
    }
  }

  async #work(signal: Signal, running: Running): Promise<void> {
    const { parts, leases } = this.#options;
    const { copies: message } = running;
    const found = entrance(this.#workers, signal, parts.calls);
    const entered = found instanceof Promise ? await found : found;
    if (entered.type === 'leave') return this.#putOffs.leave(message, entered.reason);
    const { operation, attempt, leaseMs } = signal;
    const leased = attempt !== undefined && leaseMs !== undefined;
    if (leased) {
      const taken = await parts.calls.heartbeat(
        operation,
        attempt,
        this.#workers.get(signal.method)?.catchStep,
      );
      message.ack();
      if (!taken.taken) return;
      running.cancelRequested ||= taken.cancelRequested;
    } else {
      const { taken, cancelRequested } = await this.#unleased.look(signal);
      if (!taken) return message.ack();
      running.cancelRequested ||= cancelRequested;
    }
    if (entered.type === 'end') {
      await endOperation(signal, entered.failure, parts);
      if (!leased) message.ack();
      return;
    }
    const attemptRun = new Attempt(signal, entered.entry, parts, running.place);
    running.attempt = attemptRun;
    if (running.cancelRequested) attemptRun.abort('CANCEL');
    // The attempt was taken meanwhile.
    if (this.#isGraceOver) attemptRun.abort('SHUTDOWN');
    const release = leased
      ? leases.keep({ operation, attempt, leaseMs, holder: attemptRun })
      : this.#unleased.keep(signal, attemptRun);
    try {
      const end = await attemptRun.run();
      if (!leased) end === 'done' ? message.ack() : message.putOff(0);
    } finally {
      release();
    }
  }
}

function keyOf({ operation, attempt }: Signal): string {
  return `${operation}#${attempt ?? ''}`;
}
