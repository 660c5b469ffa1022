import { OperationError } from '../client/operation-error.ts';
import { type In, type Out, parse, type Schema, type Stable } from '../client/schema.ts';

/** Saved as JSON with its version, which is its place in the chain. */
export interface State<T> {
  next<S extends Schema>(schema: S & Stable<S>): { by(migrate: (old: T) => In<S>): State<Out<S>> };
}

/** One version of a state: what it is read by, and how it is made of the version before. */
interface Version {
  readonly schema: Schema;
  readonly migrate?: (old: unknown) => unknown;
}

const VERSIONS = Symbol.for('lro-orchestrator.state');

/** The state of an operation's steps: JSON that the schema reads again. */
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

/** What reads and saves the state of a chain. */
export class StateCodec {
  readonly #versions: readonly Version[];

  constructor(of: State<unknown>) {
    this.#versions = (of as unknown as { [VERSIONS]: readonly Version[] })[VERSIONS];
  }

  /** The version that is saved now, from 1. */
  get version(): number {
    return this.#versions.length;
  }

  /** Reads what `version` saved and brings it to the present one. @throws OperationError INTERNAL where a schema refuses it. */
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
