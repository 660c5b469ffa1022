/** Reads the results of a wait's children: first those in the signal, then pages of the Operations API. */
import { payloadFromAny } from '../client/any.ts';
import type { Code } from '../client/code.ts';
import type { KindSpec } from '../client/definition.ts';
import { fromWireStatus, OperationError, type Status } from '../client/operation-error.ts';
import { parse } from '../client/schema.ts';
import type { ChildResult, Children, Outcome } from './child-result.ts';
import type { ReadExternal } from './external-result.ts';
import type { OperationCalls } from './operation-calls.ts';
import type { SavedWait } from './saved-work.ts';
import type { Signal, WireChild } from './signal.ts';

/** The largest page of the API. */
const PAGE_SIZE = 1_000;

export interface WaitChildrenParts {
  readonly calls: OperationCalls;
  readonly readExternal: ReadExternal;
}

/** The children of a wait. Pages are read only as far as a step asks for results. */
export class WaitChildren {
  readonly #signal: Signal;
  readonly #wait: SavedWait | undefined;
  readonly #calls: OperationCalls;
  readonly #readExternal: ReadExternal;
  readonly #rows: WireChild[];
  #complete: boolean;
  #pageToken: string | undefined;
  /** The page that is being read. Readers that need it at the same time share it: a page that came twice would shift the rows after it. */
  #page: Promise<void> | undefined;

  constructor(signal: Signal, wait: SavedWait | undefined, { calls, readExternal }: WaitChildrenParts) {
    this.#signal = signal;
    this.#wait = wait;
    this.#calls = calls;
    this.#readExternal = readExternal;
    const { first, truncated } = signal.children;
    const gap = truncated ? first.findIndex((row) => !hasResult(row)) : -1;
    this.#rows = gap < 0 ? [...first] : first.slice(0, gap);
    this.#complete = !truncated;
  }

  /** Reads all children if they are of several kinds: the signal has no counts by kind. */
  prepare(): Promise<void> | undefined {
    return (this.#wait?.kinds.length ?? 0) > 1 && !this.#complete ? this.#readRest() : undefined;
  }

  async #readRest(): Promise<void> {
    while (!this.#complete) await this.#readPage();
  }

  of<R>(kind: KindSpec): Children<R> {
    const places = this.#places(kind.id);
    const counts = this.#counts(places);
    const each = () => this.#each<R>(kind, places);
    return {
      counts,
      [Symbol.asyncIterator]: each,
      all: () => this.#all<R>(kind, places),
      responses: async () => {
        const responses: R[] = [];
        for (const result of await this.#all<R>(kind, places)) {
          if (result.outcome === 'SUCCEEDED') responses.push(result.response);
        }
        return responses;
      },
      one: async () => {
        const [only, ...more] = await this.#all<R>(kind, places);
        if (!only || more.length > 0) {
          const message = `op.children(…).one(): the wait had ${places.length} children of ${kind.id}, not one`;
          throw new OperationError('INTERNAL', message);
        }
        if (only.outcome === 'SUCCEEDED') return only.response;
        const { code, message, details } = only.error;
        throw new OperationError(code, message, { details: details as object[] });
      },
    };
  }

  async *#each<R>(kind: KindSpec, places: readonly Place[]): AsyncGenerator<ChildResult<R>> {
    for (const place of places) yield await this.#result<R>(kind, place);
  }

  /** Waits only where a result is not there yet: a wait may have thousands of children, and each wait is several promises. */
  async #all<R>(kind: KindSpec, places: readonly Place[]): Promise<ChildResult<R>[]> {
    const results: ChildResult<R>[] = [];
    for (const place of places) {
      const result = this.#result<R>(kind, place);
      results.push(result instanceof Promise ? await result : result);
    }
    return results;
  }

  /** Returns a promise unless the result is there. */
  #result<R>(kind: KindSpec, place: Place): ChildResult<R> | Promise<ChildResult<R>> {
    const row = this.#rows[place.row];
    return row && (kind.type !== 'external' || hasResult(row))
      ? childResult<R>(kind, place, row)
      : this.#readResult<R>(kind, place);
  }

  async #readResult<R>(kind: KindSpec, place: Place): Promise<ChildResult<R>> {
    const row = await this.#row(place.row);
    if (row === undefined)
      throw new OperationError(
        'INTERNAL',
        `the results of wait ${this.#signal.waitId} lack child ${place.index}`,
      );
    return childResult<R>(kind, place, await this.#withResult(kind, row));
  }

  async #row(place: number): Promise<WireChild | undefined> {
    while (this.#rows.length <= place && !this.#complete) await this.#readPage();
    return this.#rows[place];
  }

  /** Asks the other service for the result of its operation, if the orchestrator knows only the outcome. */
  async #withResult(kind: KindSpec, row: WireChild): Promise<WireChild> {
    if (kind.type !== 'external' || hasResult(row)) return row;
    const { response, error } = await this.#readExternal(kind, row.name);
    const { name, outcome, key } = row;
    return { name, outcome, key, response: response ?? row.response, error: error ?? row.error };
  }

  #readPage(): Promise<void> {
    this.#page ??= this.#requestPage().finally(() => {
      this.#page = undefined;
    });
    return this.#page;
  }

  async #requestPage(): Promise<void> {
    const first = this.#pageToken === undefined;
    const page = await this.#calls.children(this.#signal, {
      pageSize: PAGE_SIZE,
      pageToken: this.#pageToken,
    });
    // The first page repeats the children of the signal.
    if (first) this.#rows.length = 0;
    this.#rows.push(...page.children);
    this.#pageToken = page.nextPageToken;
    this.#complete = !page.nextPageToken;
  }

  /** The rows of the children of a kind. The signal lists spawned children, then other operations of this deployment, then externals. */
  #places(kindId: string): readonly Place[] {
    const { kinds = [], children = [] } = this.#wait ?? {};
    const kind = kinds.indexOf(kindId);
    const ranks = {
      spawn: 0,
      existing: total(children, SPAWN),
      external: total(children, [...SPAWN, 'existing']),
    };
    const places: Place[] = [];
    let index = 0;
    for (const [ofKind, how, count] of children) {
      const group = how === 'keyed' || how === 'spawned' ? 'spawn' : how;
      if (ofKind === kind) {
        for (let one = 0; one < count; one++) {
          places.push({ index: index + one, row: ranks[group] + one, keyed: how === 'keyed' });
        }
      }
      index += count;
      ranks[group] += count;
    }
    return places;
  }

  #counts(places: readonly Place[]): Readonly<Record<Outcome, number>> {
    const counts = { SUCCEEDED: 0, FAILED: 0, CANCELLED: 0, TIMED_OUT: 0, NOT_FOUND: 0, PENDING: 0 };
    if (places.length === 0) return counts;
    if (this.#wait?.kinds.length === 1) return { ...counts, ...this.#signal.children.counts };
    for (const { row } of places) {
      const outcome = this.#rows[row]?.outcome;
      if (outcome) counts[outcome]++;
    }
    return counts;
  }
}

interface Place {
  readonly index: number;
  /** The position of the child in the signal. */
  readonly row: number;
  readonly keyed: boolean;
}

const SPAWN = ['spawned', 'keyed'];

function total(children: SavedWait['children'], hows: readonly string[]): number {
  return children.reduce((sum, [, how, count]) => (hows.includes(how) ? sum + count : sum), 0);
}

function hasResult({ outcome, response, error }: WireChild): boolean {
  return outcome === 'SUCCEEDED' ? response !== undefined : outcome !== 'FAILED' || error !== undefined;
}

function childResult<R>(
  kind: KindSpec,
  { index, keyed }: Place,
  row: WireChild,
): ChildResult<R> | Promise<ChildResult<R>> {
  const { name, outcome } = row;
  // The orchestrator's key is `{wait}.{key}`, where `key` is the user's.
  const key = keyed ? (row.key?.slice(row.key.indexOf('.') + 1) ?? '') : undefined;
  if (outcome !== 'SUCCEEDED') return { name, index, key, outcome, error: childError(row) };
  const schema = kind.type === 'external' ? kind.response : kind.definition.response;
  const succeeded = (response: unknown): ChildResult<R> => ({
    name,
    index,
    key,
    outcome,
    response: response as R,
  });
  const parsed = schema && parse(schema, payloadFromAny(row.response), `response of ${name}`, 'DATA_LOSS');
  return parsed instanceof Promise ? parsed.then(succeeded) : succeeded(parsed);
}

const MISSING: Readonly<Record<string, readonly [Code, string]>> = {
  CANCELLED: ['CANCELLED', 'was cancelled'],
  TIMED_OUT: ['DEADLINE_EXCEEDED', 'had not ended at the deadline of the wait'],
  NOT_FOUND: ['NOT_FOUND', 'did not exist when the wait ended'],
  PENDING: ['UNAVAILABLE', 'had not ended when the wait ended'],
};

function childError({ name, outcome, error }: WireChild): Status {
  if (error) return fromWireStatus(error);
  const [code, what] = MISSING[outcome] ?? ['UNKNOWN', 'failed'];
  return { code, message: `${name} ${what}`, details: [] };
}
