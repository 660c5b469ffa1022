import { RealClock } from '../../executor/index.ts';

/** Real time, some time ago: what happens on it looks as if it had happened then. */
export class ShiftedClock extends RealClock {
  behindMs = 0;

  override now(): number {
    return super.now() - this.behindMs;
  }
}
