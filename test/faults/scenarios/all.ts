import type { Scenario } from '../scenario.ts';
import { DISPATCH } from './dispatch.ts';
import { SPAWN } from './spawn.ts';
import { STOPS } from './stops.ts';
import { WAITS } from './waits.ts';

export const SCENARIOS: readonly Scenario[] = [...DISPATCH, ...WAITS, ...SPAWN, ...STOPS];
