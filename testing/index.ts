/** The entry `lro-orchestrator/testing`: the whole system in one process, on virtual time. */
export { VirtualClock } from '../executor/clock.ts';
