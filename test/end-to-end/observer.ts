import { type Inspection, inspect } from '../../examples/fan-out/inspection.ts';
import type { LocalSystem } from '../../local/system.ts';
import {
  type Completion,
  type ReceivedMessage,
  readCompletion,
  readSignal,
  type WorkerSignal,
} from '../../shared/client/received-message.ts';
import { DEFAULT_TOPICS } from '../../shared/pubsub/topology.ts';
import { until } from '../setup/until.ts';

/** Sees everything that a system publishes, and waits for what a test expects. */
export class Observer {
  readonly deadLetters: ReceivedMessage[] = [];
  readonly #system: LocalSystem;
  readonly #completions: (Completion & { attributes: ReceivedMessage['attributes'] })[] = [];
  readonly #signals: WorkerSignal[] = [];

  static async of(system: LocalSystem): Promise<Observer> {
    const observer = new Observer(system);
    const { completions, signals, deadLetters } = DEFAULT_TOPICS;
    await Promise.all([
      system.follow(completions, async (message) => {
        observer.#completions.push({ ...readCompletion(message), attributes: message.attributes });
      }),
      system.follow(signals, async (message) => {
        observer.#signals.push(readSignal(message));
      }),
      system.follow(deadLetters, async (message) => {
        observer.deadLetters.push(message);
      }),
    ]);
    return observer;
  }

  private constructor(system: LocalSystem) {
    this.#system = system;
  }

  completions(name: string) {
    return this.#completions.filter(({ operation }) => operation === name);
  }

  signals(name: string, kind: WorkerSignal['kind'] = 'RESUME'): WorkerSignal[] {
    return this.#signals.filter((signal) => signal.operation === name && signal.kind === kind);
  }

  completion(name: string) {
    return until(`the completion of ${name}`, () => this.completions(name)[0]);
  }

  signal(name: string, kind: WorkerSignal['kind'] = 'RESUME'): Promise<WorkerSignal> {
    return until(`a ${kind} signal of ${name}`, () => this.signals(name, kind)[0]);
  }

  inspect(name: string): Promise<Inspection> {
    return inspect(this.#system, name);
  }

  /** The inspection of the operation once it is in this state. */
  inState(name: string, state: string): Promise<Inspection> {
    return until(`${name} to be ${state}`, async () => {
      const inspection = await this.inspect(name).catch(() => undefined);
      return inspection?.state === state && inspection;
    });
  }

  /** The operation's open wait, once its workflow was launched. */
  launched(name: string) {
    return until(`the workflow of ${name}`, async () => {
      const inspection = await this.inspect(name).catch(() => undefined);
      return inspection?.waits.find(({ open, execution }) => open && execution);
    });
  }
}
