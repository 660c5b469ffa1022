import type { Log } from './orchestrator.ts';
import { Failure } from './ports/failure.ts';
import type { SweepReport } from './sweep-report.ts';

/** A run of `sweep` of which a part failed. All other parts ran to their end: the report says what they did. */
export class SweepIncomplete extends Failure {
  readonly report: SweepReport;

  constructor(report: SweepReport, failures: ReadonlyMap<string, unknown>) {
    const [cause] = failures.values();
    super('unavailable', `sweep could not ${[...failures.keys()].join(', ')}`, { cause });
    this.name = 'SweepIncomplete';
    this.report = report;
  }
}

/** The parts of one run. One that fails holds up no other, and the run fails at its end, so that its caller notices. */
export class SweepParts {
  readonly #log: Log;
  readonly #failures = new Map<string, unknown>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Returns undefined if the part fails. `what` completes the sentence "sweep could not …". */
  async run<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (err) {
      this.#failures.set(what, err);
      this.#log.error({ err }, `sweep could not ${what}, and goes on with its other parts`);
      return undefined;
    }
  }

  /** @throws SweepIncomplete if a part has failed */
  end(report: SweepReport): SweepReport {
    if (this.#failures.size > 0) throw new SweepIncomplete(report, this.#failures);
    return report;
  }
}
