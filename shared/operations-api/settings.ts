import type { IncomingHttpHeaders } from 'node:http';
import { type ChangingCalls, DIRECT_CALLS } from './changing-calls.ts';
import { Gate, type GateOptions } from './gate.ts';
import { HeldCalls } from './held-calls.ts';
import { PageTokens } from './page-token.ts';
import { StatisticsCache } from './watch/statistics-cache.ts';
import { WatchHubs } from './watch/watch-hubs.ts';

export interface ApiSettings {
  readonly pageTokens: PageTokens;
  /** The longest duration of a WaitOperation call, in milliseconds: less than the timeout of a function. */
  readonly maxWaitMs: number;
  readonly watchHubs: WatchHubs;
  readonly statistics: StatisticsCache;
  readonly heldCalls: HeldCalls;
  readonly gate: Gate;
  /** Whether a call with these headers comes from a console. */
  readonly isConsole: (headers: IncomingHttpHeaders) => boolean;
  readonly changingCalls: ChangingCalls;
}

export interface ApiOptions {
  /** The key that signs page tokens, the same on all instances. A changed key makes the page tokens of current lists invalid. */
  readonly pageTokenKey?: string;
  readonly maxWaitMs?: number;
  /** The largest number of held WaitOperation calls. Further calls are answered early. */
  readonly maxHeldCalls?: number;
  /** Decides who may call. */
  readonly gate?: GateOptions;
  /** Whether a call with these headers comes from a console, whose answers are redacted. Default: no call does. */
  readonly isConsole?: (headers: IncomingHttpHeaders) => boolean;
  /** How calls that change one operation reach the orchestrator. Default: directly. */
  readonly changingCalls?: ChangingCalls;
}

/** Functions have a timeout of 60 seconds by default, and have to answer before it. */
const DEFAULT_MAX_WAIT_MS = 50_000;

/** With this number of held calls, other calls take a few milliseconds (`npm run bench -- beside`). */
const DEFAULT_MAX_HELD_CALLS = 500;

export function apiSettings({
  pageTokenKey = 'lro-orchestrator',
  maxWaitMs = DEFAULT_MAX_WAIT_MS,
  maxHeldCalls = DEFAULT_MAX_HELD_CALLS,
  gate = {},
  isConsole = () => false,
  changingCalls = DIRECT_CALLS,
}: ApiOptions): ApiSettings {
  return {
    pageTokens: new PageTokens(pageTokenKey),
    maxWaitMs,
    watchHubs: new WatchHubs(),
    statistics: new StatisticsCache(),
    heldCalls: new HeldCalls(maxHeldCalls),
    gate: new Gate(gate),
    isConsole,
    changingCalls,
  };
}
