import { basename } from 'node:path';
import {
  type CallGate,
  type OutgoingCall,
  reachesOut,
  runsWorkflows,
  type Substitute,
} from '../calls/outgoing-call.ts';
import { ConnectorCatalog } from '../connectors/catalog.ts';
import { failedExecution } from '../connectors/child-failure.ts';
import { type ErrorTag, errorMap, httpError, Raised } from '../errors/raised.ts';
import { toValue } from '../values/plain.ts';
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
  /**
   * `handled`: the execution still had a result. `unknown`: it went on to a call that no mock of the test answers, so that
   * the test cannot tell.
   */
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
  // In the order in which they begin, because that is when the gate of a trial counts them.
  const calls = observed.begun.filter(canFail);
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
  if (runsWorkflows(call)) {
    return [kind === 'connector' ? FAILED_EXECUTION : plain('ExecutionError', 'the execution failed')];
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

/** As the service raises it, because an `except` may read the error of the execution. */
const FAILED_EXECUTION: Failure = {
  name: 'OperationError',
  value: failedExecution(
    toValue({
      state: 'FAILED',
      error: { payload: '"the execution failed"', context: 'the execution failed' },
    }),
  ).value,
};

function plain(tag: ErrorTag, message: string): Failure {
  return { name: tag, value: errorMap([tag], `${tag}: ${message}`) };
}

function status(code: number): Failure {
  const details = new Map<string, Value>([
    ['body', null],
    ['code', BigInt(code)],
    ['headers', new Map()],
  ]);
  return { name: `HTTP ${code}`, value: httpError(BigInt(code), details) };
}

const HEADINGS: readonly (readonly [outcome: Trial['outcome'], heading: string])[] = [
  ['handled', 'handled'],
  ['unhandled', 'NOT handled'],
  ['unknown', 'undecided'],
];
const WORST_FIRST = ['unhandled', 'unknown', 'handled'] as const;
const SHOWN_LENGTH = 120;

/**
 * For people: for each place that calls, the failures that the file handles and those that end the execution. A failure
 * that several tests or calls tried at one place is told once, with its worst outcome.
 */
export function failureText({ file, trials }: FailureReport): string {
  const sites = groups(trials, ({ call }) => `${call.line}: ${call.step}: ${call.call}`);
  const texts = [...sites].map(([site, own]) => `  ${file}:${site}\n${siteText(own)}`);
  const count = (outcome: Trial['outcome']) => trials.filter((trial) => trial.outcome === outcome).length;
  const undecided = count('unknown');
  const headline = `${basename(file)}: ${trials.length} failures tried at ${sites.size} ${sites.size === 1 ? 'call' : 'calls'}, ${count('unhandled')} not handled`;
  return `${headline}${undecided === 0 ? '' : `, ${undecided} undecided`}\n${texts.join('')}`;
}

function siteText(trials: readonly Trial[]): string {
  const worst = [...groups(trials, ({ failure }) => failure).values()].map(
    (own) =>
      WORST_FIRST.flatMap((outcome) => own.find((trial) => trial.outcome === outcome) ?? [])[0] as Trial,
  );
  return HEADINGS.map(([outcome, heading]) => {
    const found = worst.filter((trial) => trial.outcome === outcome);
    const [first] = found;
    if (first === undefined) return '';
    const names = found.map(({ failure }) => failure).join(', ');
    return `    ${heading}: ${names}\n${explanation(first)}`;
  }).join('');
}

/** What happened in the first of the runs, so that a reader can look for it. */
function explanation({ outcome, failure, number, test, raised = '' }: Trial): string {
  const run = `the test '${test}', its call ${number} with ${failure}`;
  switch (outcome) {
    case 'handled':
      return '';
    case 'unhandled':
      return `      for example in ${run}: it raised ${shortened(raised)}\n`;
    case 'unknown': {
      const call = /no mock answers ([\w.]+)|mocks of ([\w.]+) answers/.exec(raised);
      const missing = call?.[1] ?? call?.[2] ?? 'a call';
      return `      for example in ${run}: it goes on to ${missing}, for which the test has no mock left\n`;
    }
  }
}

function shortened(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

function groups(trials: readonly Trial[], keyOf: (trial: Trial) => string): Map<string, Trial[]> {
  const found = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = keyOf(trial);
    const own = found.get(key);
    if (own === undefined) found.set(key, [trial]);
    else own.push(trial);
  }
  return found;
}
