/** A fuzz target: the source of its inputs, and the code that gets them. */
import type fc from 'fast-check';

export interface Target<Input = unknown> {
  readonly name: string;
  open(): Promise<Opened<Input>>;
}

export interface Opened<Input = unknown> {
  /** Each of these begins a result of `feed` once an input has reached it; absent where there is only one thing to reach. */
  readonly routes?: readonly string[];
  readonly inputs: fc.Arbitrary<Input>;
  /** The result of the input, such as `GET /v1/operations 400`, for the table. @throws Error for an answer that must not occur */
  feed(input: Input): Promise<string>;
  /** The input in a readable form, for use in a test. */
  show(input: Input): string;
  close(): Promise<void>;
}
