import type { OpenWait } from '../shared/lifecycle/wait.ts';
import type { WorkflowLauncher } from '../shared/orchestrator/ports/launcher.ts';
import type { TestClock } from './test-clock.ts';

/** Makes a launcher at the first launch, so that only tests of operations of other services load the executor. */
export class LazyWorkflows implements WorkflowLauncher {
  readonly #clock: TestClock;
  readonly #make: () => Promise<WorkflowLauncher>;
  #made: Promise<WorkflowLauncher> | undefined;

  constructor(clock: TestClock, make: () => Promise<WorkflowLauncher>) {
    this.#clock = clock;
    this.#make = make;
  }

  async launch(wait: OpenWait, method: string): Promise<string> {
    this.#made ??= this.#clock.firmly(this.#make);
    return (await this.#made).launch(wait, method);
  }

  async isRunning(execution: string): Promise<boolean> {
    return (await this.#made)?.isRunning(execution) ?? false;
  }

  async stop(execution: string): Promise<void> {
    await (await this.#made)?.stop(execution);
  }

  async close(): Promise<void> {
    await (await this.#made)?.close();
  }
}
