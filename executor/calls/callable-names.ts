import { ConnectorCatalog } from '../connectors/catalog.ts';
import { libraryFunction } from '../stdlib/library.ts';

/** What a name stands for: a call that can be mocked and counted, a function that calls nothing outside, or nothing. */
export type NameKind = 'callable' | 'pure' | 'unknown connector' | 'unknown';

/** The names of calls that can be mocked and counted: subworkflows, functions that wait or call, and connectors. */
export class CallableNames {
  readonly routines: readonly string[];
  readonly #connectors = new ConnectorCatalog();

  constructor(routines: readonly string[]) {
    this.routines = routines;
  }

  kindOf(call: string): NameKind {
    if (this.routines.includes(call)) return 'callable';
    const fn = libraryFunction(call);
    if (fn !== undefined) return fn.kind === 'blocking' ? 'callable' : 'pure';
    if (!ConnectorCatalog.isConnectorName(call)) return 'unknown';
    return this.#connectors.find(call) === undefined ? 'unknown connector' : 'callable';
  }

  /** The end of an error message about a connector that does not exist. */
  connectorHint(call: string): string {
    return this.#connectors.hint(call);
  }
}
