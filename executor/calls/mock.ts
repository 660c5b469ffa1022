import type { Value, ValueMap } from '../values/value.ts';

/** One entry of a list of mocks. The first entry that matches a call answers it. */
export interface Mock {
  /** The name of the function, connector or subworkflow. */
  readonly call: string;
  /** The call's arguments must contain these: maps key by key, everything else by equality. */
  readonly args?: ValueMap;
  readonly answer:
    | { readonly kind: 'result' | 'raise'; readonly value: Value }
    | { readonly kind: 'function'; readonly of: (args: ValueMap, count: number) => Value | Promise<Value> };
  /** The number of calls that it answers. Default: all. */
  readonly times?: number;
  /** The duration of the call, by the executor's clock. */
  readonly delayMs?: number;
  /** Its place in the file, for messages. */
  readonly place?: string;
}
