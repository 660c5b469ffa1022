import { RealClock } from '../../executor/index.ts';

/** A clock that is behind real time, so that the events of the scenario have times in the past. */
export class ShiftedClock extends RealClock {
  behindMs = 0;

  override now(): number {
    return super.now() - this.behindMs;
  }
}
