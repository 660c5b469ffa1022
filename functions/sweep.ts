/** Carries out what a crash left in the outbox, and ends overdue waits. Cloud Scheduler calls it every minute. */

import { ruleOf, strictObject } from '../shared/http/body-fields.ts';
import { validated } from '../shared/messages/validated.ts';
import type { Orchestrator } from '../shared/orchestrator/orchestrator.ts';
import { sweep as sweepOperations } from '../shared/orchestrator/sweep.ts';
import { SweepIncomplete } from '../shared/orchestrator/sweep-parts.ts';
import type { SweepReport } from '../shared/orchestrator/sweep-report.ts';
import type { CallerCheck } from './caller-check.ts';
import type { Deployment } from './deployment.ts';
import { postFunction } from './post-function.ts';

/** `sweep` has no options. An option in a call is refused, because it would have no effect. */
const sweepBody = strictObject({});

/** Returns the function `sweep`. Without `callers`, every caller that reaches it may start it. */
export function sweep(deployment: () => Promise<Deployment>, callers?: CallerCheck) {
  return postFunction(
    async ({ body }) => {
      validated(sweepBody, body === undefined ? {} : body, 'body', ruleOf);
      const { orchestrator } = await deployment();
      const { report, incomplete } = await reportOf(orchestrator);
      orchestrator.log.info(report, 'swept');
      // The instance may have no processor between two calls, so the telemetry is sent before the answer.
      await orchestrator.telemetry.flush();
      if (incomplete) throw incomplete;
      // If something failed, the next regular run repeats it. An earlier run would not help.
      const next = report.failed > 0 ? undefined : await orchestrator.store.nextDueTime();
      if (next !== undefined) orchestrator.timer.wakeAt(next);
      return report;
    },
    { callers, log: async () => (await deployment()).orchestrator.log },
  );
}

interface Swept {
  readonly report: SweepReport;
  /** The run is answered with it. */
  readonly incomplete?: SweepIncomplete;
}

/** What was done is logged also if a part of the run failed. */
async function reportOf(orchestrator: Orchestrator): Promise<Swept> {
  try {
    return { report: await sweepOperations(orchestrator) };
  } catch (error) {
    if (!(error instanceof SweepIncomplete)) throw error;
    return { report: error.report, incomplete: error };
  }
}
