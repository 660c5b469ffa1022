import { basename } from 'node:path';
import { type CallGate, type OutgoingCall, reachesOut, type Substitute } from '../calls/outgoing-call.ts';
import { ConnectorCatalog } from '../connectors/catalog.ts';
import { type ErrorTag, errorMap, Raised } from '../errors/raised.ts';
import type { Value } from '../values/value.ts';
import { type Observation, observe, type Setup } from './execute.ts';

/** How a call can fail. */
interface Failure {
  readonly name: string;
  readonly value: Value;
}

/** One run in which one call failed in one way. */
export interface Trial {
  readonly test: string;
  readonly call: OutgoingCall;
  /** Which of the test's calls, from 1. */
  readonly number: number;
  readonly failure: string;
  /** `handled`: the execution still had a result. `unknown`: it went on to a call that has no mock. */
  readonly outcome: 'handled' | 'unhandled' | 'unknown';
  /** What the execution raised, where it was not handled. */
  readonly raised?: string;
}

export interface FailureReport {
  readonly file: string;
  readonly trials: readonly Trial[];
}

/** The runs of one test at most; a loop over thousands of calls fails the first of them only. */
const MAX_TRIALS = 500;

/** Runs a test again for every call that it made and every way in which that call can fail. */
export async function failureReport(
  setup: Setup,
  observed: Observation,
  test: string,
  file: string,
): Promise<FailureReport> {
  const trials: Trial[] = [];
  const calls = observed.calls.filter(canFail);
  for (const [at, call] of calls.entries()) {
    for (const failure of failuresOf(call)) {
      if (trials.length >= MAX_TRIALS) return { file, trials };
      const run = await observe({ ...setup, gate: failing(at, failure) });
      trials.push({ test, call, number: at + 1, failure: failure.name, ...judge(run) });
    }
  }
  return { file, trials };
}

function canFail(call: OutgoingCall): boolean {
  return reachesOut(call) || call.call === 'events.await_callback';
}

/** Lets the call number `at` fail; every other call is left to the mocks. */
function failing(at: number, { value }: Failure): CallGate {
  let seen = 0;
  return {
    decide: (call): Substitute | undefined => {
      if (!canFail(call) || seen++ !== at) return undefined;
      const answer = (): never => {
        throw new Raised(value);
      };
      return { kind: 'answer', answer, delayMs: 0 };
    },
  };
}

function judge({ result, error }: Observation): Pick<Trial, 'outcome' | 'raised'> {
  if (result !== undefined) return { outcome: 'handled' };
  const raised = error?.payload ?? '';
  return { outcome: raised.includes('"tags":["NotSupportedError"]') ? 'unknown' : 'unhandled', raised };
}

function failuresOf({ call, kind }: OutgoingCall): Failure[] {
  if (call === 'events.await_callback') return [plain('TimeoutError', 'no callback within the timeout')];
  if (call.startsWith('experimental.executions.') || /executions\.(run|map)$/.test(call)) {
    return [plain(kind === 'connector' ? 'OperationError' : 'ExecutionError', 'the execution failed')];
  }
  const lines = [
    plain('ConnectionFailedError', 'no connection could be made'),
    plain('ConnectionError', 'the connection broke'),
    plain('TimeoutError', 'the call took too long'),
  ];
  const http = [400, 401, 403, 404, 409, 429, 500, 502, 503, 504].map(status);
  if (kind !== 'connector') return [...http, ...lines];
  const connector = new ConnectorCatalog().find(call);
  const waits = connector?.kind === 'method' && connector.polling !== undefined;
  return [...http, ...lines, ...(waits ? [plain('OperationError', 'the operation failed')] : [])];
}

function plain(tag: ErrorTag, message: string): Failure {
  return { name: tag, value: errorMap([tag], `${tag}: ${message}`) };
}

function status(code: number): Failure {
  const details = new Map<string, Value>([
    ['body', null],
    ['code', BigInt(code)],
    ['headers', new Map()],
  ]);
  return {
    name: `HTTP ${code}`,
    value: errorMap(['HttpError'], `HTTP server responded with error code ${code}`, details),
  };
}

/** For people: for each place that calls, the failures that the file handles and those that end the execution. */
export function failureText({ file, trials }: FailureReport): string {
  const sites = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = `${file}:${trial.call.line}: ${trial.call.step}: ${trial.call.call}`;
    sites.set(key, [...(sites.get(key) ?? []), trial]);
  }
  const unhandled = trials.filter(({ outcome }) => outcome === 'unhandled').length;
  const lines = [...sites].map(([site, own]) => {
    const names = (outcome: Trial['outcome']) =>
      [...new Set(own.filter((trial) => trial.outcome === outcome).map(({ failure }) => failure))].join(', ');
    const part = (title: string, text: string) => (text === '' ? '' : `\n    ${title}: ${text}`);
    return `  ${site}${part('handled', names('handled'))}${part('NOT handled', names('unhandled'))}${part('goes on to a call without a mock', names('unknown'))}`;
  });
  return `${basename(file)}: ${trials.length} failures tried at ${sites.size} calls, ${unhandled} not handled\n${lines.map((text) => `${text}\n`).join('')}`;
}
