import type { OutsidePorts } from './world/outside.ts';

/** A planted mistake, which the suite has to find. */
export interface Mutation {
  readonly name: string;
  /** The scenario that finds it first. */
  readonly foundIn: string;
  /** Returns the ports, with the mistake in one of them. */
  readonly ports?: (ports: OutsidePorts) => OutsidePorts;
  /** The bus acknowledges a message before it is handled. */
  readonly acknowledgesFirst?: true;
  /** Events arrive without the attempt and the worker that they name. */
  readonly withoutFence?: true;
}
