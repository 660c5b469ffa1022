import { httpError, Raised } from '../errors/raised.ts';
import { equals, isMap, isNumeric, type Value } from '../values/value.ts';
import { missingMock } from './missing-mock.ts';
import type { Mock } from './mock.ts';
import {
  type CallGate,
  type OutgoingCall,
  reachesOut,
  runsWorkflows,
  type Substitute,
} from './outgoing-call.ts';

/** Answers calls from a list of mocks, and counts the calls that each mock has answered. */
export class Mocks implements CallGate {
  readonly #mocks: readonly Mock[];
  readonly #used: number[];
  readonly #hermetic: boolean;
  readonly #deployed: ReadonlySet<string>;

  /**
   * @param options.hermetic refuse calls that reach other services and that no entry answers
   * @param options.deployed the ids of workflows that may be run all the same
   */
  constructor(
    mocks: readonly Mock[],
    options: { readonly hermetic?: boolean; readonly deployed?: ReadonlySet<string> } = {},
  ) {
    this.#mocks = mocks;
    this.#used = mocks.map(() => 0);
    this.#hermetic = options.hermetic ?? false;
    this.#deployed = options.deployed ?? new Set();
  }

  decide(call: OutgoingCall): Substitute | undefined {
    for (const [at, mock] of this.#mocks.entries()) {
      const used = this.#used[at] ?? 0;
      if (mock.call !== call.call || used >= (mock.times ?? Number.POSITIVE_INFINITY)) continue;
      if (mock.args !== undefined && !contains(call.args, mock.args)) continue;
      this.#used[at] = used + 1;
      return { kind: 'answer', answer: () => answerOf(mock, call, used + 1), delayMs: mock.delayMs ?? 0 };
    }
    if (!this.#hermetic || !reachesOut(call) || this.#runsDeployed(call)) return undefined;
    const ofSameCall = this.#mocks.filter((mock) => mock.call === call.call);
    return { kind: 'refuse', message: missingMock(call, ofSameCall) };
  }

  #runsDeployed({ call, args }: OutgoingCall): boolean {
    const id = args.get('workflow_id');
    return runsWorkflows(call) && typeof id === 'string' && this.#deployed.has(id);
  }

  /** The mocks that answered no call. Most likely their name or an argument is wrong. */
  unused(): readonly Mock[] {
    return this.#mocks.filter((_, at) => this.#used[at] === 0);
  }
}

async function answerOf({ answer }: Mock, call: OutgoingCall, count: number): Promise<Value> {
  if (answer.kind === 'raise') throw new Raised(mockedError(answer.value));
  const value = answer.kind === 'function' ? await answer.of(call.args, count) : answer.value;
  const code = isMap(value) ? (value.get('code') ?? null) : null;
  // A response of 400 and above is an HttpError, in a mock as in a real call.
  if (call.call.startsWith('http.') && isNumeric(code) && code >= 400) throw new Raised(mockedError(value));
  return value;
}

/** `raise: {code: 503}` is short for the whole error that an HTTP response of that code raises. */
function mockedError(value: Value): Value {
  const code = isMap(value) ? (value.get('code') ?? null) : null;
  if (!isMap(value) || !isNumeric(code) || value.has('tags')) return value;
  const message = value.get('message') ?? undefined;
  const rest = new Map([...value].filter(([key]) => key !== 'message'));
  const details = new Map<string, Value>([['headers', new Map()], ['body', null], ...rest]);
  return httpError(code, details, message === undefined ? undefined : String(message));
}

/** Whether `actual` contains `expected`: maps may have further keys at any depth, and all other values have to be equal. */
export function contains(actual: Value, expected: Value): boolean {
  if (!isMap(expected)) return equals(actual, expected);
  if (!isMap(actual)) return false;
  for (const [key, value] of expected) {
    const found = actual.get(key);
    if (found === undefined || !contains(found, value)) return false;
  }
  return true;
}
