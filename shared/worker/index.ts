/**
 * The entry point `lro-orchestrator/worker`: defines the steps of operations, and runs workers.
 *
 * @module lro-orchestrator/worker
 */
export type { VerifySignature } from '../access/identity.ts';
export type { MustSurvive, Stable } from '../client/schema.ts';
export type { ChildResult, Children, Outcome } from './child-result.ts';
export { Failure, type FailureReason } from './failure.ts';
export type { Aborted, Log, Op } from './op.ts';
export { type Options, operation, type StepLimits, type Steps, type Worker } from './operation.ts';
export { type HandlerOptions, handler, type PushHandler } from './push-handler.ts';
export type { PushRequest } from './pushed-message.ts';
export { type ServeOptions, type Serving, serve } from './serve.ts';
export { type State, state } from './state.ts';
export type { Next, Policy, Transition, Wait } from './transition.ts';
