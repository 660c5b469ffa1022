/** Delivers what a crash left undelivered, and ends overdue waits: called every minute by Cloud Scheduler. */

import { ruleOf, strictObject } from '../shared/http/body-fields.ts';
import { validated } from '../shared/messages/validated.ts';
import { sweep as sweepOperations } from '../shared/orchestrator/sweep.ts';
import type { CallerCheck } from './caller-check.ts';
import type { Deployment } from './deployment.ts';
import { postFunction } from './post-function.ts';

/** A sweep has no options: a caller that gives one expects something that would not happen. */
const sweepBody = strictObject({});

/** Returns the function `sweep`. Without `callers`, every caller that reaches it may start it. */
export function sweep(deployment: () => Promise<Deployment>, callers?: CallerCheck) {
  return postFunction(
    async ({ body }) => {
      validated(sweepBody, body === undefined ? {} : body, 'body', ruleOf);
      const { orchestrator } = await deployment();
      const report = await sweepOperations(orchestrator);
      orchestrator.log.info(report, 'swept');
      // Between two calls an instance may have no processor to send it with.
      await orchestrator.telemetry.flush();
      // What failed is left to the next regular run: to come at once would not help.
      const next = report.failed > 0 ? undefined : await orchestrator.store.nextDueTime();
      if (next !== undefined) orchestrator.timer.wakeAt(next);
      return report;
    },
    { callers, log: async () => (await deployment()).orchestrator.log },
  );
}
