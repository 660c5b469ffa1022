/** What a command of `lro` is. */
import type { Operations } from '../shared/client/operations.ts';

/** Where a command writes. */
export interface Terminal {
  print(text: string): void;
  printError(text: string): void;
  /** Asks a person for yes or no; absent where nobody can answer. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/** A flag that takes a value, or none. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly describe: string;
}

export interface Invocation extends Terminal {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  /** What comes is for programs: one JSON object a line. */
  readonly json: boolean;
  /** The deployment that `--url`, or the variable OPERATIONS_URL, names. */
  readonly url: string;
  operations(): Operations;
}

export interface Command {
  /** What comes after its name: `NAME`, `[NAME]`. */
  readonly parameters: readonly string[];
  readonly summary: string;
  readonly flags: Readonly<Record<string, Flag>>;
  /** Resolves with the exit code. */
  run(invocation: Invocation): Promise<number>;
}

/** A mistake in how a command was called: its message is shown with the usage, exit code 2. */
export class UsageError extends Error {}
