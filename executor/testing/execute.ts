import type { Mock } from '../calls/mock.ts';
import { Mocks } from '../calls/mocks.ts';
import type { CallGate, CallRecord, OutgoingCall } from '../calls/outgoing-call.ts';
import { VirtualClock } from '../clock.ts';
import type { ExecutionError } from '../errors/report.ts';
import { Executor } from '../executor.ts';
import type { StepEntry } from '../runner/history.ts';
import { encodeJson } from '../values/json-encoder.ts';
import type { Value } from '../values/value.ts';
import type { BranchTaken } from './coverage.ts';

const TESTED = 'tested';

function isTested(executionName: string): boolean {
  return executionName.includes(`/workflows/${TESTED}/`);
}

/** What one run of a workflow is given. */
export interface Setup {
  readonly source: string;
  /** Other workflows, by id. */
  readonly others?: ReadonlyMap<string, string>;
  readonly args?: Value;
  readonly env?: Readonly<Record<string, string>>;
  readonly mocks: readonly Mock[];
  /** Asked about each call first. If it returns undefined, the mocks decide. */
  readonly gate?: CallGate;
}

/** What one run did. */
export interface Observation {
  /** JSON text. */
  readonly result: string | undefined;
  readonly error: ExecutionError | undefined;
  /** In the order in which they ended. */
  readonly calls: readonly CallRecord[];
  /** The same calls in the order in which they began. */
  readonly begun: readonly OutgoingCall[];
  readonly unusedMocks: readonly Mock[];
  readonly history: readonly StepEntry[];
  readonly branches: readonly BranchTaken[];
  readonly steps: number;
  readonly externalCalls: number;
  /** In time of the executor's clock. */
  readonly seconds: number;
}

/**
 * Runs a workflow in virtual time. The gate or a mock answers each call to another service, and `others` are run. Any other such call is refused.
 *
 * @throws InvalidWorkflowError for the file, RequestError for the argument
 */
export async function observe(setup: Setup): Promise<Observation> {
  const mocks = new Mocks(setup.mocks, { hermetic: true, deployed: new Set(setup.others?.keys()) });
  const calls: CallRecord[] = [];
  const begun: OutgoingCall[] = [];
  const branches: BranchTaken[] = [];
  const executor = new Executor({
    clock: new VirtualClock(),
    gate: {
      decide: (call, executionName) => {
        const own = isTested(executionName);
        const chosen = own ? setup.gate?.decide(call, executionName) : undefined;
        const substitute = chosen ?? mocks.decide(call);
        if (own && substitute?.kind !== 'refuse') begun.push(call);
        return substitute;
      },
    },
    // What a workflow that the test deploys beside it does has places in another file.
    onCall: (record, executionName) => {
      if (isTested(executionName)) calls.push(record);
    },
    onBranch: (branch, executionName) => {
      if (isTested(executionName)) branches.push(branch);
    },
    emulators: {},
  });
  try {
    for (const [id, source] of setup.others ?? []) executor.deploy(id, source);
    executor.deploy(TESTED, setup.source, { env: setup.env ?? {} });
    const argument = setup.args === undefined ? {} : { argument: encodeJson(setup.args) };
    const execution = await executor.run(TESTED, argument);
    const { result, error, history, steps, externalCalls, createTime, endTime = createTime } = execution;
    return {
      result,
      error,
      calls,
      begun,
      unusedMocks: mocks.unused(),
      history,
      branches,
      steps,
      externalCalls,
      seconds: (endTime - createTime) / 1000,
    };
  } finally {
    await executor.close();
  }
}
