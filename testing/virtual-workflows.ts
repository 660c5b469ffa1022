/**
 * The workflow of a wait for operations of other services, on virtual time: the file that a deployment runs, in the executor. Its
 * polls reach the services by `fetch`. Its calls of the function `resume` are answered in this process.
 */
import type { Mock } from '../executor/calls/mock.ts';
import { Mocks } from '../executor/calls/mocks.ts';
import { Executor } from '../executor/index.ts';
import { fromValue, toValue } from '../executor/values/plain.ts';
import { OPERATION_HEADER, resumeRequestOf } from '../functions/resume.ts';
import { executorLauncher } from '../local/embedded/launcher.ts';
import { deployParallelPoll } from '../local/parallel-poll.ts';
import type { JsonValue } from '../shared/messages/json-value.ts';
import { errorBody } from '../shared/operations-api/http-error.ts';
import type { Orchestrator } from '../shared/orchestrator/orchestrator.ts';
import type { WorkflowLauncher } from '../shared/orchestrator/ports/launcher.ts';
import { resumeOperation } from '../shared/orchestrator/resume-operation.ts';
import { TEST_URL } from './in-process-fetch.ts';
import type { TestClock } from './test-clock.ts';

/** Nothing listens there. */
const RESUME_URL = `${TEST_URL}/resume`;

export async function virtualWorkflows(
  clock: TestClock,
  orchestrator: Orchestrator,
): Promise<WorkflowLauncher> {
  const executor = new Executor({ clock, gate: new Mocks([resumeFunction(orchestrator)]) });
  await deployParallelPoll(executor);
  const target = {
    resumeUrl: RESUME_URL,
    resumeAudience: RESUME_URL,
    push: true,
    hosts: orchestrator.policy.allowedHosts,
  };
  return { ...executorLauncher(executor, () => target), close: () => executor.close() };
}

interface ResumeCall {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
}

function resumeFunction(orchestrator: Orchestrator): Mock {
  return {
    call: 'http.post',
    args: new Map([['url', RESUME_URL]]),
    answer: {
      kind: 'function',
      of: async (args) => toValue(await answerOf(orchestrator, fromValue(args) as ResumeCall)),
    },
  };
}

async function answerOf(orchestrator: Orchestrator, { headers, body }: ResumeCall) {
  try {
    const request = resumeRequestOf(headers[OPERATION_HEADER], body);
    return { code: 200, body: await resumeOperation(orchestrator, request) };
  } catch (error) {
    const body = errorBody(error);
    return { code: body.code, body: { error: body } };
  }
}
