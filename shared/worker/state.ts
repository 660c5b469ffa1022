import { OperationError } from '../client/operation-error.ts';
import { type In, type Out, parse, type Schema, type Stable } from '../client/schema.ts';

/** A chain of versions of a state. The state is saved as JSON together with the number of its version. */
export interface State<T> {
  /** Adds a version: its schema, and with `by` the function that makes it of the version before. */
  next<S extends Schema>(
    schema: S & Stable<S>,
  ): {
    /** `migrate` makes the new state of the old one. It runs when a saved state of an earlier version is read. */
    by(migrate: (old: T) => In<S>): State<Out<S>>;
  };
}

/** One version of a state: its schema, and the migration from the version before. */
interface Version {
  readonly schema: Schema;
  readonly migrate?: (old: unknown) => unknown;
}

const VERSIONS = Symbol.for('lro-orchestrator.state');

/**
 * Defines the first version of the state of an operation's steps. The schema must accept the JSON of its own output.
 *
 * @example
 * const booking = state(v.object({ flight: v.string() }))
 *   .next(v.object({ flight: v.string(), hotel: v.string() })).by((old) => ({ ...old, hotel: '' }));
 */
export function state<S extends Schema>(schema: S & Stable<S>): State<Out<S>> {
  return chain([{ schema }]) as State<Out<S>>;
}

function chain(versions: readonly Version[]): State<unknown> {
  return {
    [VERSIONS]: versions,
    next: (schema: Schema) => ({
      by: (migrate: (old: never) => unknown) =>
        chain([...versions, { schema, migrate: migrate as Version['migrate'] }]),
    }),
  } as State<unknown>;
}

/** Reads a saved state and migrates it to the newest version. */
export class StateCodec {
  readonly #versions: readonly Version[];

  constructor(of: State<unknown>) {
    this.#versions = (of as unknown as { [VERSIONS]: readonly Version[] })[VERSIONS];
  }

  /** The number of the newest version, from 1. */
  get version(): number {
    return this.#versions.length;
  }

  /** Reads a state of `version` and migrates it to the newest one. Rejects with OperationError INTERNAL if a schema refuses it. */
  async read(json: unknown, version: number): Promise<unknown> {
    let value = await this.#parse(json, version);
    for (let next = version + 1; next <= this.version; next++) {
      value = await this.#parse(this.#versions[next - 1]?.migrate?.(value), next);
    }
    return value;
  }

  #parse(value: unknown, version: number): unknown {
    const { schema } = this.#versions[version - 1] ?? {};
    if (!schema) throw new OperationError('INTERNAL', `state: there is no version ${version}`);
    return parse(schema, value, `state (version ${version})`, 'INTERNAL');
  }
}
