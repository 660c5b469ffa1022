import type { Value, ValueMap } from '../values/value.ts';

/** One entry of a list of mocks. The first entry that matches a call answers it. */
export interface Mock {
  /** The function, connector or subworkflow. */
  readonly call: string;
  /** The call's arguments must contain these: maps key by key, everything else by equality. */
  readonly args?: ValueMap;
  readonly answer:
    | { readonly kind: 'result' | 'raise'; readonly value: Value }
    | { readonly kind: 'function'; readonly of: (args: ValueMap, count: number) => Value | Promise<Value> };
  /** How many calls it answers; without it, all of them. */
  readonly times?: number;
  /** How long the call takes, in time of the executor's clock. */
  readonly delayMs?: number;
  /** Where it is written, for messages. */
  readonly place?: string;
}
