/** The Operations API over HTTP. */
import { operationsRouter } from '../shared/operations-api/router.ts';
import type { Deployment } from './deployment.ts';

export function operations(deployment: () => Promise<Deployment>) {
  return operationsRouter(async () => (await deployment()).orchestrator);
}
