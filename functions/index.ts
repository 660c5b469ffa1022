/**
 * What the functions-framework loads. Each instance serves one function, and loads no other: FUNCTION_TARGET says which,
 * as Cloud Run functions set it.
 */
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { cloudDeployment } from './deployment.ts';

const FUNCTIONS: Readonly<Record<string, () => Promise<void>>> = {
  'on-lifecycle-event': async () => {
    const { onLifecycleEvent } = await import('./on-lifecycle-event.ts');
    cloudEvent('on-lifecycle-event', onLifecycleEvent(cloudDeployment));
  },
  operations: async () => {
    const { operations } = await import('./operations.ts');
    http('operations', operations(cloudDeployment));
  },
  resume: async () => {
    const { resume } = await import('./resume.ts');
    http('resume', resume(cloudDeployment));
  },
  sweep: async () => {
    const { sweep } = await import('./sweep.ts');
    http('sweep', sweep(cloudDeployment));
  },
};

// What the framework refuses by itself it answers with a stack trace anywhere but in production.
process.env.NODE_ENV ??= 'production';

const target = process.env.FUNCTION_TARGET ?? '';
const register = FUNCTIONS[target];
if (!register) {
  throw new Error(`FUNCTION_TARGET must be one of ${Object.keys(FUNCTIONS).join(', ')}, and is "${target}"`);
}
await register();
