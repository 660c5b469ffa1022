/** The interface of a command of `lro`. */
import type { Retry } from '../shared/client/http-api.ts';
import type { Operations } from '../shared/client/operations.ts';

/** Where a command writes. */
export interface Terminal {
  print(text: string): void;
  printError(text: string): void;
  /** Asks a person a yes-or-no question. Absent if no person can answer. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/** A flag, with or without a value. */
export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly describe: string;
}

export interface Invocation extends Terminal {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  /** Whether the output is for programs: one JSON object per line. */
  readonly json: boolean;
  /** The URL of the deployment: `--url`, or the environment variable OPERATIONS_URL. */
  readonly url: string;
  /** Called before a call is tried again. */
  readonly onRetry: (retry: Retry) => void;
  operations(): Operations;
}

export interface Command {
  /** The arguments after the name of the command: `NAME`, or `[NAME]` if it is optional. */
  readonly parameters: readonly string[];
  readonly summary: string;
  readonly flags: Readonly<Record<string, Flag>>;
  /** Whether the command calls no deployment. */
  readonly isLocal?: boolean;
  /** Resolves with the exit code. */
  run(invocation: Invocation): Promise<number>;
}

/** A command was called incorrectly. The message is shown with the usage, and the exit code is 2. */
export class UsageError extends Error {}
