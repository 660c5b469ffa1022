/**
 * Receives signals, runs their attempts, and ends the attempts when the process stops.
 *
 *   received ──known here?──▶ line of its method ──free?──▶ taken (:heartbeat) ──▶ acknowledged ──▶ steps run
 *       └── no: put off, for another worker          └── ABORTED: acknowledged, and dropped
 *
 * 1. An attempt runs at most once in this process: a second copy of its signal is answered as the first one is. See signal-copies.ts.
 * 2. A signal is acknowledged when its attempt is taken, or without a lease after the attempt. See signal-work.ts.
 * 3. While the end of an attempt is reported, the next attempt has its place. See places.ts.
 * 4. Each method has a line of its own. Signals that wait there take no capacity from other methods. See lane.ts.
 */
import type { AttemptParts } from './attempt-parts.ts';
import type { Lane, Received } from './lane.ts';
import { Lanes } from './lanes.ts';
import type { Leases } from './leases.ts';
import type { WorkerSpec } from './operation.ts';
import { Pace } from './pace.ts';
import { Place, Places } from './places.ts';
import { PutOffs } from './put-offs.ts';
import { readSignal, type Signal } from './signal.ts';
import type { SignalMessage, SignalReceiver } from './signal-source.ts';
import { inSignalSpan } from './signal-span.ts';
import { SignalWork, type SignalWorkParts } from './signal-work.ts';
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

export class WorkerPool implements SignalReceiver {
  readonly #options: PoolOptions;
  readonly #work: SignalWorkParts;
  readonly #lanes: Lanes;
  /** By operation and attempt. */
  readonly #running = new Map<string, SignalWork>();
  readonly #pace: Pace;
  readonly #places: Places;
  /** The number of attempts that have not ended. */
  #active = 0;
  #stopping = false;
  #listeners: (() => void)[] = [];
  #idle: (() => void)[] = [];

  constructor(options: PoolOptions) {
    if (!(options.concurrency >= 1))
      throw new Error(`concurrency: must be at least 1, and is ${options.concurrency}`);
    const { workers, parts, leases } = options;
    this.#options = options;
    this.#work = {
      workers: new Map(workers.map((worker) => [worker.definition.method, worker])),
      parts,
      leases,
      unleased: new UnleasedAttempts(parts.calls, parts.clock),
      putOffs: new PutOffs(parts.log, (operation) => parts.calls.isOver(operation)),
    };
    this.#pace = new Pace(() => parts.clock.now());
    this.#places = new Places(options.concurrency);
    this.#lanes = new Lanes(workers, parts.clock);
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

  /** The operations whose attempts have not ended. */
  get running(): string[] {
    return Array.from(this.#running.values(), ({ signal }) => signal.operation);
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
      void this.#work.putOffs.leave(message, `this worker has no method ${signal.method}`);
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
      for (const work of this.#running.values()) work.endGrace();
    });
    await this.idle();
    cancelTimer();
    this.#options.leases.stop();
    this.#work.unleased.stop();
  }

  async idle(): Promise<void> {
    while (this.#active > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #cancel({ message, signal }: Received): void {
    for (const work of this.#running.values()) {
      if (work.signal.operation === signal.operation) work.cancel();
    }
    // A signal that still waits learns of the cancel when its attempt begins, and another process at its next renewal.
    message.ack();
  }

  /** Never rejects. */
  async #run(lane: Lane, received: Received): Promise<void> {
    const { message, signal } = received;
    const key = keyOf(signal);
    const work = new SignalWork(signal, message, new Place(this.#places, this.#startNext), this.#work);
    this.#active++;
    lane.running++;
    this.#running.set(key, work);
    const done = this.#options.busy?.(signal);
    try {
      await inSignalSpan(this.#options.parts.telemetry, signal, () => work.run());
    } catch (error) {
      const { operation, attempt } = signal;
      this.#options.parts.log.error('an attempt ended without a word', { operation, attempt, err: error });
      work.copies.putOff(UNANSWERED_DELAY_MS);
    } finally {
      this.#running.delete(key);
      work.copies.ended();
      lane.running--;
      work.place.leave();
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
    const work = this.#running.get(keyOf(signal));
    work?.copies.add(message);
    return work !== undefined;
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
}

function keyOf({ operation, attempt }: Signal): string {
  return `${operation}#${attempt ?? ''}`;
}
