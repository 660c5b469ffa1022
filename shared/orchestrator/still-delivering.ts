import { Failure } from './ports/failure.ts';

/** The event is committed, and another call carries out its effects. A call that tries again finds them done, so this is no fault. */
export class StillDelivering extends Failure {
  constructor(operation: string, effects: number) {
    super('unavailable', `${operation}: another call is still delivering ${effects} of its effects`);
    this.name = 'StillDelivering';
  }
}
