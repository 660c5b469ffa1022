/** The entry `lro-orchestrator/testing`: the whole system in one process, on virtual time. */
export type { FailOptions } from './planned-failures.ts';
export { type TestSystem, type TestSystemOptions, testSystem } from './test-system.ts';
