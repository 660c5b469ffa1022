/** Two worker processes and the operations whose signals they get, for orders of signals that cross. */

import { operation } from 'lro-orchestrator/worker';
import { expect } from 'vitest';
import type { LifecycleEvent, OperationCalls } from '../../shared/worker/operation-calls.ts';
import { UnsentEvent } from '../../shared/worker/unsent-event.ts';
import { type Collected, childNames, fanOut, resumeOf } from './crossing-waits.ts';
import { type Kind, newWork, type Work } from './crossing-work.ts';
import { type Event, fakeOrchestrator } from './fake-orchestrator.ts';
import { job, START } from './job.ts';

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
  /** What steps read after their wait. */
  readonly collected: Collected[] = [];
  /** Steps that began although they had ended before. */
  readonly repeated: string[] = [];
  #started = 0;

  constructor(kinds: readonly Kind[]) {
    this.works = kinds.map(({ leased, isParent }, index) =>
      newWork(`operations/${index}`, leased, isParent ? fanOut.method : START.method),
    );
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
    this.#settle(work);
  }

  notify(work: Work): void {
    work.isNotified = true;
    this.#settle(work);
  }

  loseLease(work: Work): void {
    if (work.leased && work.end === undefined && work.holder !== undefined) this.#next(work);
  }

  /** What a step has to read after the wait of this operation. */
  expected(name: string): Collected {
    const children = this.works.filter((work) => work.name.startsWith(`${name}.`));
    const outcomes = children.map((work) => (work.end === 'SUCCEEDED' ? work.name : (work.end ?? '')));
    return { name, children: outcomes, notification: { n: 7 } };
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

  #offer({ name, method, attempt, leased, saved, resume }: Work): void {
    this.bus.push({
      ...START,
      ...{ method, ...resume },
      ...{ operation: name, attempt: String(attempt), leaseDuration: leased ? '60s' : undefined },
      ...saved,
    });
  }

  #next(work: Work): void {
    work.attempt++;
    work.holder = undefined;
    if (work.cancelRequested) this.#end(work, 'CANCELLED');
    else this.#offer(work);
  }

  #wait(work: Work, waiting: Event): void {
    work.waiting = waiting;
    work.holder = undefined;
    for (const name of childNames(waiting)) {
      // The names of children are the same in every try.
      expect(this.works.map((other) => other.name)).not.toContain(name);
      const child = newWork(name, work.leased, START.method);
      this.works.push(child);
      this.#offer(child);
    }
    this.#settle(work);
  }

  /** Ends the wait if it is over. */
  #settle(work: Work): void {
    const { waiting } = work;
    if (!waiting) return;
    const children = childNames(waiting).map((name) => this.#work(name));
    const isOver = work.isNotified && children.every(({ end }) => end !== undefined);
    if (!isOver && !work.cancelRequested) return;
    // A wait ends once.
    expect(work.resume).toBeUndefined();
    work.resume = resumeOf(waiting, children, !isOver);
    work.saved = { checkpoint: waiting.checkpoint, resumePoint: waiting.resumePoint };
    work.waiting = undefined;
    work.attempt++;
    this.#offer(work);
  }

  #end(work: Work, end: string): void {
    // An operation ends once.
    expect(work.end).toBeUndefined();
    work.end = end;
    for (const parent of this.works) this.#settle(parent);
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
        return { text: op.name };
      },
    });
    const parent = operation(fanOut).steps({
      start: async (op) => {
        const { attempt, resume, isUnasked } = this.#work(op.name);
        if (resume && attempt === op.attempt && !isUnasked) this.repeated.push(`${op.name}#${attempt}`);
        await finished(op);
        const on = { children: [job({ n: 1 }), job({ n: 2 })], notifications: ['go'] as const };
        return op.wait(on, { then: 'collect', policy: 'ALL_DONE' });
      },
      collect: async (op) => {
        await finished(op);
        const results = await op.children(job).all();
        const children = results.map((one) =>
          one.outcome === 'SUCCEEDED' ? one.response.text : one.outcome,
        );
        this.collected.push({ name: op.name, children, notification: op.notification('go') });
        return { text: '' };
      },
    });
    const calls = this.#calls(name, () => process.isDead);
    const fake = fakeOrchestrator([worker, parent], { concurrency: 3, workerName: name, calls });
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
      const isOpen = work.end === undefined && work.waiting === undefined;
      if (!isOpen || work.attempt !== attempt || isTaken) return { taken: false, cancelRequested: false };
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
    const isOpen = work.end === undefined && work.waiting === undefined;
    if (!isOpen || event.attempt !== work.attempt || isOther) return false;
    work.response = (event as Event).succeeded?.response;
    if (event.checkpointed) work.saved = event.checkpointed as Work['saved'];
    else if (event.attemptFailed) this.#next(work);
    else if (event.waiting) this.#wait(work, event.waiting as Event);
    else this.#end(work, event.cancelled ? 'CANCELLED' : event.succeeded ? 'SUCCEEDED' : 'FAILED');
    return true;
  }

  #work(name: string): Work {
    return this.works.find((work) => work.name === name) as Work;
  }
}
