/** Two worker processes and the operations whose signals they get, for orders of signals that cross. */

import { operation } from 'lro-orchestrator/worker';
import { expect } from 'vitest';
import type { LifecycleEvent, OperationCalls } from '../../shared/worker/operation-calls.ts';
import { UnsentEvent } from '../../shared/worker/unsent-event.ts';
import { type Event, fakeOrchestrator } from './fake-orchestrator.ts';
import { job, START } from './job.ts';

export interface Work {
  readonly name: string;
  readonly leased: boolean;
  attempt: number;
  holder: string | undefined;
  cancelRequested: boolean;
  end: string | undefined;
  /** What the steps have saved. */
  saved: { readonly checkpoint: string; readonly resumePoint: string } | undefined;
  /** Whether a worker could not ask about the attempt: it then begins with what its signal says. */
  isUnasked: boolean;
}

type Running = { readonly name: string; readonly attempt: number; readonly signal: AbortSignal };

type Message = ReturnType<ReturnType<typeof fakeOrchestrator>['deliver']>;

export interface Process {
  readonly name: string;
  readonly fake: ReturnType<typeof fakeOrchestrator>;
  /** What it got, and has not answered yet. */
  readonly messages: { readonly signal: Event; readonly message: Message }[];
  /** The steps that run, by operation and attempt, with the functions that end them. */
  readonly steps: Map<string, () => void>;
  isDead: boolean;
}

/** Lets everything run that waits for no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export class World {
  readonly works: Work[];
  /** Signals that no process has. */
  readonly bus: Event[] = [];
  readonly processes: Process[] = [];
  isDown = false;
  /** Steps that began although they had ended before. */
  readonly repeated: string[] = [];
  #started = 0;

  constructor(leases: readonly boolean[]) {
    this.works = leases.map((leased, index) => ({
      ...{ name: `operations/${index}`, leased, attempt: 1 },
      ...{ holder: undefined, cancelRequested: false, end: undefined },
      ...{ saved: undefined, isUnasked: false },
    }));
    for (const work of this.works) this.#offer(work);
    this.processes.push(this.#process(), this.#process());
  }

  deliver(process: Process, index: number, copies = 1): void {
    const [signal] = this.bus.splice(index % Math.max(1, this.bus.length), 1);
    if (!signal) return;
    for (let copy = 0; copy < copies; copy++)
      process.messages.push({ signal, message: process.fake.deliver(signal) });
  }

  /** Takes back what the processes have put off. */
  collect(): void {
    for (const { messages } of this.processes) {
      const isOpen = ({ message }: { message: Message }) => !message.acked && message.putOffMs === undefined;
      const [answered, open] = [messages.filter((one) => !isOpen(one)), messages.filter(isOpen)];
      messages.splice(0, messages.length, ...open);
      // Pub/Sub takes the acknowledgement of one copy for all of them.
      for (const { signal, message } of answered) if (!message.acked) this.#return(signal);
    }
  }

  cancel(work: Work, told: Process): void {
    if (work.end !== undefined) return;
    work.cancelRequested = true;
    told.fake.deliver({ ...START, kind: 'CANCEL', operation: work.name });
  }

  loseLease(work: Work): void {
    if (work.leased && work.end === undefined && work.holder !== undefined) this.#next(work);
  }

  async pass(ms: number): Promise<void> {
    for (const { fake } of this.processes) fake.clock.advance(ms);
    await settle();
    this.collect();
  }

  async stop(process: Process): Promise<void> {
    let isStopped = false;
    const stopped = process.fake.pool.stop(1_000).then(() => {
      isStopped = true;
    });
    await this.pass(1_000);
    for (let round = 0; round < 10 && !isStopped; round++) await this.pass(5_000);
    expect({ isStopped, unanswered: process.messages.length }).toEqual({ isStopped: true, unanswered: 0 });
    await stopped;
    this.#replace(process);
  }

  kill(process: Process): void {
    process.isDead = true;
    for (const { signal, message } of process.messages) if (!message.acked) this.#return(signal);
    this.#replace(process);
  }

  /** The leases of processes that are gone run out. */
  expire(): void {
    const names = this.processes.map(({ name }) => name);
    for (const work of this.works)
      if (work.holder !== undefined && !names.includes(work.holder)) this.loseLease(work);
  }

  #return(signal: Event): void {
    const isSame = (one: Event) => one.operation === signal.operation && one.attempt === signal.attempt;
    if (!this.bus.some(isSame)) this.bus.push(signal);
  }

  #replace(process: Process): void {
    this.processes[this.processes.indexOf(process)] = this.#process();
  }

  #offer({ name, attempt, leased, saved }: Work): void {
    this.bus.push({
      ...START,
      ...{ operation: name, attempt: String(attempt), leaseDuration: leased ? '60s' : undefined },
      ...saved,
    });
  }

  #next(work: Work): void {
    work.attempt++;
    work.holder = undefined;
    if (work.cancelRequested) work.end = 'CANCELLED';
    else this.#offer(work);
  }

  #process(): Process {
    const name = `w${++this.#started}`;
    const steps = new Map<string, () => void>();
    const finished = async ({ name: work, attempt, signal }: Running) => {
      const key = `${work}#${attempt}`;
      // An attempt runs at most once in a process.
      expect(steps.has(key)).toBe(false);
      try {
        await new Promise<void>((resolve, reject) => {
          steps.set(key, resolve);
          const stop = () => reject(signal.reason);
          if (signal.aborted) stop();
          signal.addEventListener('abort', stop);
        });
      } finally {
        steps.delete(key);
      }
    };
    const worker = operation(job, { concurrency: 2 }).steps({
      start: async (op) => {
        const { attempt, saved, isUnasked } = this.#work(op.name);
        if (saved && attempt === op.attempt && !isUnasked) this.repeated.push(`${op.name}#${attempt}`);
        await finished(op);
        return op.go('second');
      },
      second: async (op) => {
        await finished(op);
        return { text: '' };
      },
    });
    const calls = this.#calls(name, () => process.isDead);
    const fake = fakeOrchestrator([worker], { concurrency: 3, workerName: name, calls });
    const process: Process = { name, fake, steps, messages: [], isDead: false };
    return process;
  }

  #calls(name: string, isDead: () => boolean): Partial<OperationCalls> {
    const asked = async (operation: string, attempt: number, holder?: string) => {
      if (isDead()) return new Promise<never>(() => {});
      const work = this.#work(operation);
      if (this.isDown) {
        work.isUnasked ||= !work.leased;
        throw new Error('no answer');
      }
      const isTaken = holder !== undefined && work.holder !== undefined && work.holder !== holder;
      if (work.end !== undefined || work.attempt !== attempt || isTaken)
        return { taken: false, cancelRequested: false };
      work.holder ??= holder;
      const saved = holder === undefined ? work.saved : undefined;
      return { taken: true, cancelRequested: work.cancelRequested, saved };
    };
    return {
      heartbeat: (operation, attempt) => asked(operation, attempt, name),
      look: (operation, attempt) => asked(operation, attempt),
      apply: async (event) => {
        if (isDead()) return new Promise<never>(() => {});
        if (this.isDown) throw new UnsentEvent(new Error('ECONNREFUSED'));
        return this.#applied(event);
      },
      isOver: async (operation) => this.#work(operation).end !== undefined,
    };
  }

  #applied(event: LifecycleEvent): boolean {
    const work = this.#work(event.operation);
    const isOther = event.worker !== undefined && event.worker !== work.holder;
    if (work.end !== undefined || event.attempt !== work.attempt || isOther) return false;
    if (event.checkpointed) work.saved = event.checkpointed as Work['saved'];
    else if (event.attemptFailed) this.#next(work);
    else work.end = event.cancelled ? 'CANCELLED' : event.succeeded ? 'SUCCEEDED' : 'FAILED';
    return true;
  }

  #work(name: string): Work {
    return this.works.find((work) => work.name === name) as Work;
  }
}
