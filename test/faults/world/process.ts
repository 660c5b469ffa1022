/** One process of the orchestrator. Its ports fail as the plan says. When it dies, its memory and its running calls are lost. */
import type { Deployment } from '../../../functions/deployment.ts';
import { AllowedHosts } from '../../../shared/messages/allowed-hosts.ts';
import { createOrchestrator } from '../../../shared/orchestrator/create-orchestrator.ts';
import { DEFAULT_POLICY, type Policy } from '../../../shared/orchestrator/orchestrator.ts';
import { Failure } from '../../../shared/orchestrator/ports/failure.ts';
import { NO_TIMER } from '../../../shared/orchestrator/ports/timer.ts';
import type { FaultKind } from '../faults.ts';
import type { Mutation } from '../mutation.ts';
import type { VirtualClock } from './clock.ts';
import type { OutsidePorts } from './outside.ts';

/** Longer than the call that committed an effect has for its delivery. In milliseconds. */
const LATE_MS = 45_000;
/** The time limit of the real adapters, in milliseconds. */
const LIMIT_MS = 15_000;

export interface ProcessOptions {
  readonly ports: OutsidePorts;
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly policy: Partial<Policy>;
  readonly mutation?: Mutation;
  /** Called before every call of a port. Resolves with the fault when the call may begin. */
  readonly atCall: (what: string) => Promise<FaultKind | undefined>;
  /** A call has ended. */
  readonly called: () => void;
}

type Method = (...args: unknown[]) => Promise<unknown>;

export class Process {
  readonly deployment: Deployment;
  readonly died: Promise<void>;
  readonly #options: ProcessOptions;
  #isDead = false;
  #die: () => void = () => {};

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
    const { ports, clock, random, policy, mutation } = options;
    const allowedHosts = new AllowedHosts(['worker.example.com', 'service.example.com']);
    const faulty: OutsidePorts = {
      store: this.#faulty('store', ports.store),
      publisher: this.#faulty('publisher', ports.publisher),
      launcher: this.#faulty('launcher', ports.launcher),
      resumeCaller: this.#faulty('resumeCaller', ports.resumeCaller),
    };
    const orchestrator = createOrchestrator({
      ...(mutation?.ports?.(faulty) ?? faulty),
      timer: NO_TIMER,
      now: () => clock.now,
      random,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      policy: { ...DEFAULT_POLICY, allowedHosts, ...policy },
    });
    this.deployment = { orchestrator };
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  die(): void {
    this.#isDead = true;
    this.#die();
  }

  #faulty<P extends object>(name: string, port: P): P {
    return new Proxy(port, {
      get: (target, method, receiver) => {
        const original: unknown = Reflect.get(target, method, receiver);
        if (typeof original !== 'function' || method === 'close') return original;
        const call: Method = (...args) => original.apply(target, args);
        return (...args: unknown[]) => this.#call(`${name}.${String(method)}`, () => call(...args));
      },
    });
  }

  async #call(what: string, call: () => Promise<unknown>): Promise<unknown> {
    if (this.#isDead) return nothing();
    const fault = await this.#options.atCall(what);
    // A process that has died meanwhile does not continue, and gets no answer.
    if (this.#isDead) return nothing();
    try {
      const answer = await this.#answer(what, call, fault);
      return this.#isDead ? nothing() : answer;
    } catch (error) {
      if (this.#isDead) return nothing();
      throw error;
    } finally {
      this.#options.called();
    }
  }

  async #answer(what: string, call: () => Promise<unknown>, fault: FaultKind | undefined): Promise<unknown> {
    const { clock } = this.#options;
    switch (fault) {
      case undefined:
        return call();
      case 'fails before':
        throw new Failure('unavailable', `${what} fails`);
      case 'fails after':
        await call();
        throw new Failure('unavailable', `the answer of ${what} is lost`);
      case 'answers late': {
        const answer = await call();
        await clock.sleep(LATE_MS);
        return answer;
      }
      case 'is slow':
        await clock.sleep(LATE_MS);
        return call();
      case 'never answers':
        await clock.sleep(LIMIT_MS);
        throw new Failure('unavailable', `${what} took longer than its limit`);
      case 'comes twice':
        await call();
        return call();
      case 'dies before':
        this.die();
        return nothing();
      case 'dies after':
        await call();
        this.die();
        return nothing();
    }
  }
}

/** Never settles. */
function nothing(): Promise<never> {
  return new Promise(() => {});
}
