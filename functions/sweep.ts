/** Delivers what a crash left undelivered, and ends overdue waits: called every minute by Cloud Scheduler. */
import type { Request, Response } from '@google-cloud/functions-framework';
import { errorResponse } from '../shared/operations-api/http-error.ts';
import { sweep as sweepOperations } from '../shared/orchestrator/sweep.ts';
import type { Deployment } from './deployment.ts';

export function sweep(deployment: () => Promise<Deployment>) {
  return async (_request: Request, response: Response): Promise<void> => {
    try {
      const { orchestrator } = await deployment();
      const report = await sweepOperations(orchestrator);
      orchestrator.log.info(report, 'swept');
      response.json(report);
    } catch (error) {
      errorResponse(response, error);
    }
  };
}
