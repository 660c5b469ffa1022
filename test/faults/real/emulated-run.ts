/** What the fault runs on Google's emulators have in common: the emulators, the worker of the load, and the end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startEmulators } from '../../../local/emulators/emulators.ts';
import { type Load, WORKER_SUBSCRIPTION } from './load/load.ts';
import { ManagedProcess } from './managed-process.ts';

export class EmulatedRun {
  /** For logs. It is kept after a run that did not hold. */
  readonly folder: string;
  readonly #stops: (() => Promise<unknown>)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Runs `play` on new emulators, and ends the process: client libraries keep retrying after their service has ended. */
  static async play(
    name: string,
    play: (run: EmulatedRun, spannerHost: string, pubsubHost: string) => Promise<void>,
  ): Promise<never> {
    const run = new EmulatedRun(await mkdtemp(join(tmpdir(), `lro-${name.replace(' ', '-')}-`)));
    try {
      const { spanner, pubsub } = await startEmulators();
      if (!spanner || !pubsub) {
        console.log(`${name}: left out, Google's emulators are not installed`);
      } else {
        run.atEnd(spanner.stop, pubsub.stop);
        await play(run, spanner.host, pubsub.host);
      }
    } finally {
      for (const stop of run.#stops.reverse()) await stop();
      if (process.exitCode !== 1) await rm(run.folder, { recursive: true, force: true });
    }
    process.exit();
  }

  /** Adds what the end of the run stops, the newest first. */
  atEnd(...stops: readonly (() => Promise<unknown>)[]): void {
    this.#stops.push(...stops);
  }

  /** The worker of the load, which is not started yet. */
  worker(operationsUrl: string, pubsubHost: string): ManagedProcess {
    const worker = new ManagedProcess({
      file: fileURLToPath(new URL('./load/worker.ts', import.meta.url)),
      environment: {
        ...{ OPERATIONS_URL: operationsUrl, PUBSUB_EMULATOR_HOST: pubsubHost },
        ...{ GOOGLE_CLOUD_PROJECT: 'local', SUBSCRIPTION: WORKER_SUBSCRIPTION },
      },
      log: join(this.folder, 'worker.log'),
    });
    this.atEnd(() => worker.kill());
    return worker;
  }
}

/** Begins no more roots, and waits until all have ended, at most for `patienceMs`. */
export async function drained(load: Load, patienceMs: number): Promise<void> {
  load.pause();
  const end = performance.now() + patienceMs;
  while (load.counts.open > 0 && performance.now() < end) await sleep(500);
}
