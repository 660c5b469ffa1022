import type { OutsidePorts } from './world/outside.ts';

/** A mistake that is planted, to see that the suite finds it. */
export interface Mutation {
  readonly name: string;
  /** The scenario that finds it first. */
  readonly foundIn: string;
  /** The ports, one of them wrong. */
  readonly ports?: (ports: OutsidePorts) => OutsidePorts;
  /** The bus takes a message for acknowledged before it is handled. */
  readonly acknowledgesFirst?: true;
  /** Events arrive without the attempt and the worker that they name. */
  readonly withoutFence?: true;
}
