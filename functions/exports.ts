/**
 * The entry `lro-orchestrator/functions`: the functions as values, for a deployment that registers them itself.
 *
 *     import { http } from '@google-cloud/functions-framework';
 *     import { cloudDeployment, operations } from 'lro-orchestrator/functions';
 *     http('operations', operations(cloudDeployment));
 *
 * @module lro-orchestrator/functions
 */
export type { MessagePublished } from '../shared/pubsub/message-published.ts';
export { cloudDeployment, type Deployment } from './deployment.ts';
export { onLifecycleEvent } from './on-lifecycle-event.ts';
export { operations } from './operations.ts';
export { resume } from './resume.ts';
export { sweep } from './sweep.ts';
