/** What is fuzzed: where inputs come from, and who takes them. */
import type fc from 'fast-check';

export interface Target<Input = unknown> {
  readonly name: string;
  open(): Promise<Opened<Input>>;
}

export interface Opened<Input = unknown> {
  /** Each of these begins a result of `feed` once an input has reached it; absent where there is only one thing to reach. */
  readonly routes?: readonly string[];
  readonly inputs: fc.Arbitrary<Input>;
  /** What came of the input, such as `GET /v1/operations 400`, for the table. @throws Error for an answer that must not be. */
  feed(input: Input): Promise<string>;
  /** The input as it can be read, and pasted into a test. */
  show(input: Input): string;
  close(): Promise<void>;
}
