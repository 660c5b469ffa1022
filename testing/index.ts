/**
 * The entry `lro-orchestrator/testing`: the whole system in one process, on virtual time.
 *
 * @module lro-orchestrator/testing
 */
export {
  type Exploration,
  ExplorationError,
  type Explored,
  type ExploreOptions,
  explore,
} from './explore/explore.ts';
export type { FailOptions } from './planned-failures.ts';
export { type TestSystem, type TestSystemOptions, testSystem } from './test-system.ts';
