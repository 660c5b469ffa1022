/** The answers of `/console-api`: see console/server/system-api.ts. */
export interface Backlog {
  readonly name: string;
  readonly what: string;
  readonly count: number;
  readonly more: boolean;
  readonly oldestTime?: string;
  /** Whether it may have no reader, so that an old message is no sign of a fault. */
  readonly isOptional: boolean;
}

export interface System {
  readonly parts: Readonly<Record<string, string>>;
  readonly startTime: string;
  readonly backlogs: readonly Backlog[];
  readonly lastSweep?: {
    readonly time: string;
    readonly durationMs: number;
    readonly delivered: number;
    readonly resumed: number;
    readonly failed: number;
    readonly error?: string;
  };
  readonly sweepIntervalMs: number;
  readonly executions: { readonly active: number; readonly quota: number };
  readonly usage: { readonly hours: number };
  readonly cost: {
    readonly asOf: string;
    readonly services: readonly {
      readonly service: string;
      readonly dollars: number;
      readonly basis: string;
    }[];
  };
  readonly memoryBytes: number;
}

export interface DeadLetter {
  readonly id: string;
  readonly publishTime: string;
  readonly reason: string;
  readonly field?: string;
  readonly data: string;
  readonly encoding: 'TEXT' | 'BASE64';
  readonly truncated: boolean;
}
