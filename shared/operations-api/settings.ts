import type { IncomingHttpHeaders } from 'node:http';
import { type ChangingCalls, DIRECT_CALLS } from './changing-calls.ts';
import { Gate, type GateOptions } from './gate.ts';
import { HeldCalls } from './held-calls.ts';
import { PageTokens } from './page-token.ts';
import { StatisticsCache } from './watch/statistics-cache.ts';
import { WatchHubs } from './watch/watch-hubs.ts';

export interface ApiSettings {
  readonly pageTokens: PageTokens;
  /** The longest that a call of WaitOperation takes, in milliseconds: below the time that a function may run. */
  readonly maxWait: number;
  readonly watchHubs: WatchHubs;
  readonly statistics: StatisticsCache;
  readonly heldCalls: HeldCalls;
  readonly gate: Gate;
  /** Whether a call with these headers comes from a console. */
  readonly isConsole: (headers: IncomingHttpHeaders) => boolean;
  readonly changingCalls: ChangingCalls;
}

export interface ApiOptions {
  /** What page tokens are signed with, the same on all instances. A changed key ends the lists that are being read. */
  readonly pageTokenKey?: string;
  readonly maxWait?: number;
  /** How many calls of WaitOperation are held at once; those beyond are answered early. */
  readonly maxHeldCalls?: number;
  /** Who may call. */
  readonly gate?: GateOptions;
  /** Whether a call with these headers comes from a console, whose answers are redacted. Default: no call does. */
  readonly isConsole?: (headers: IncomingHttpHeaders) => boolean;
  /** How calls that change one operation reach the orchestrator. Default: directly. */
  readonly changingCalls?: ChangingCalls;
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
  isConsole = () => false,
  changingCalls = DIRECT_CALLS,
}: ApiOptions): ApiSettings {
  return {
    pageTokens: new PageTokens(pageTokenKey),
    maxWait,
    watchHubs: new WatchHubs(),
    statistics: new StatisticsCache(),
    heldCalls: new HeldCalls(maxHeldCalls),
    gate: new Gate(gate),
    isConsole,
    changingCalls,
  };
}
