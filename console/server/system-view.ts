/** What the console shows of the system beside its operations. */
export interface SystemView {
  status(): Promise<SystemStatus>;
  /** Those that are not acknowledged, at most `limit`. */
  deadLetters(limit: number): Promise<readonly DeadLetter[]>;
  /**
   * Publishes the event in the place of the dead letter, and acknowledges that. Rejects with a Failure `notFound` where the
   * letter is not there any more.
   */
  publishAgain(id: string, data: Uint8Array): Promise<void>;
  /** Acknowledges the dead letter. Rejects like publishAgain. */
  discard(id: string): Promise<void>;
}

export interface Backlog {
  readonly name: string;
  /** For people. */
  readonly what: string;
  readonly count: number;
  /** There are more than `count`. */
  readonly more: boolean;
  /** Milliseconds since the epoch. */
  readonly oldestTime?: number;
}

export interface SweepRun {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly durationMs: number;
  readonly delivered: number;
  readonly resumed: number;
  readonly failed: number;
  /** Why it did not get to its end. */
  readonly error?: string;
}

export interface SystemStatus {
  readonly parts: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  readonly backlogs: readonly Backlog[];
  readonly lastSweep?: SweepRun;
  readonly sweepIntervalMs: number;
  readonly executions: { readonly active: number; readonly quota: number };
  readonly usage: Usage;
  readonly memoryBytes: number;
}

/** What was used in the last day, or since the start where that is later. */
export interface Usage {
  readonly events: number;
  /** Completions, signals and dead letters. */
  readonly published: number;
  /** Steps of the workflow executions that are kept. */
  readonly steps: number;
  readonly hours: number;
}

export interface DeadLetter {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly publishTime: number;
  readonly reason: string;
  readonly field?: string;
  /** The event's data: JSON as text, or base64 where it is none. */
  readonly data: string;
  readonly encoding: 'TEXT' | 'BASE64';
  readonly truncated: boolean;
}
