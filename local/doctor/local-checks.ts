import { START_ADVICE } from '../start-command.ts';
import { leftBehind } from './left-behind.ts';
import { localPath } from './local-path.ts';
import { type Finding, finding, missing } from './report.ts';
import { sendTestEvent } from './round-trip.ts';

/**
 * Checks a local system: the Operations API, `resume` and the Workflow Executions API answer, nothing is left behind, and a test event is applied.
 * If nothing answers at `url`, it yields only that finding.
 */
export async function* checkLocal(url: string): AsyncGenerator<Finding> {
  const reachable = await finding(`a system at ${url}`, async () => {
    const failed = await fetch(url).then(
      () => undefined,
      (error: Error) => error.cause ?? error,
    );
    return failed && `nothing answers (${(failed as Error).message}); ${START_ADVICE}`;
  });
  yield reachable;
  if (reachable.problem !== undefined) return;
  yield answers('the Operations API', `${url}/v1/operations/doctor-asks-for-nothing`, 404);
  yield answers('resume', `${url}/resume`, 400, 'POST');
  const executions = '/v1/projects/doctor/locations/us-central1/workflows/parallel-poll/executions';
  yield answers('the Workflow Executions API', `${url}${executions}`, 200);
  try {
    yield* await leftBehind(url);
  } catch (error) {
    yield missing('the state of the system', (error as Error).message);
  }
  yield finding('a test event goes all the way through', async () => {
    await sendTestEvent(localPath(url));
    return undefined;
  });
}

function answers(what: string, url: string, expected: number, method = 'GET'): Promise<Finding> {
  return finding(what, async () => {
    const { status } = await fetch(url, { method });
    return status === expected ? undefined : `${method} ${url} is answered ${status} and not ${expected}`;
  });
}
