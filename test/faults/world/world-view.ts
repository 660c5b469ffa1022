import type { Scenario } from '../scenario.ts';
import type { VirtualClock } from './clock.ts';
import type { Outside } from './outside.ts';

export interface PublishedEvent {
  readonly operation: string;
  readonly eventId: string;
  readonly type: string;
  readonly attempt?: number;
  acknowledged: boolean;
}

/** The part of a world that the invariants read. */
export interface WorldView {
  readonly scenario: Scenario;
  readonly clock: VirtualClock;
  readonly outside: Outside;
  readonly store: Outside['ports']['store'];
  readonly published: readonly PublishedEvent[];
}
