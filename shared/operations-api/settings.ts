import { Gate, type GateOptions } from './gate.ts';
import { HeldCalls } from './held-calls.ts';
import { PageTokens } from './page-token.ts';

export interface ApiSettings {
  readonly pageTokens: PageTokens;
  /** The longest that a call of WaitOperation takes, in milliseconds: below the time that a function may run. */
  readonly maxWait: number;
  readonly heldCalls: HeldCalls;
  readonly gate: Gate;
}

export interface ApiOptions {
  /** What page tokens are signed with, the same on all instances. A changed key ends the lists that are being read. */
  readonly pageTokenKey?: string;
  readonly maxWait?: number;
  /** How many calls of WaitOperation are held at once; those beyond are answered early. */
  readonly maxHeldCalls?: number;
  /** Who may call. */
  readonly gate?: GateOptions;
}

/** Functions run for 60 seconds unless their deployment says otherwise, and are to answer before that. */
const DEFAULT_MAX_WAIT = 50_000;

/** Beside so many, other calls take a few milliseconds (`npm run bench -- beside`). */
const DEFAULT_MAX_HELD_CALLS = 500;

export function apiSettings({
  pageTokenKey = 'lro-orchestrator',
  maxWait = DEFAULT_MAX_WAIT,
  maxHeldCalls = DEFAULT_MAX_HELD_CALLS,
  gate = {},
}: ApiOptions): ApiSettings {
  return {
    pageTokens: new PageTokens(pageTokenKey),
    maxWait,
    heldCalls: new HeldCalls(maxHeldCalls),
    gate: new Gate(gate),
  };
}
