/**
 * The module that the functions-framework loads. Each instance serves one function and loads no other. FUNCTION_TARGET,
 * which Cloud Run functions sets, names it.
 */
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { cloudDeployment } from './deployment.ts';
import { installFrameworkEdge } from './framework-edge.ts';

const FUNCTIONS: Readonly<Record<string, () => Promise<void>>> = {
  'on-lifecycle-event': async () => {
    const { onLifecycleEvent } = await import('./on-lifecycle-event.ts');
    cloudEvent('on-lifecycle-event', onLifecycleEvent(cloudDeployment));
  },
  console: async () => {
    const { consoleFunction } = await import('./console.ts');
    const { gateOptionsBehindProxy } = await import('./access-settings.ts');
    const gate = await gateOptionsBehindProxy(process.env);
    http('console', consoleFunction(cloudDeployment, { pageTokenKey: process.env.PAGE_TOKEN_KEY, gate }));
  },
  operations: async () => {
    const { operations } = await import('./operations.ts');
    const { gateOptions } = await import('./access-settings.ts');
    http('operations', operations(cloudDeployment, await gateOptions(process.env)));
  },
  resume: async () => {
    const { resume } = await import('./resume.ts');
    const { callerCheck } = await import('./access-settings.ts');
    http('resume', resume(cloudDeployment, callerCheck(process.env, 'resume')));
  },
  sweep: async () => {
    const { sweep } = await import('./sweep.ts');
    const { callerCheck } = await import('./access-settings.ts');
    http('sweep', sweep(cloudDeployment, callerCheck(process.env, 'sweep')));
  },
};

// Outside of production, express puts stack traces into its answers.
process.env.NODE_ENV ??= 'production';

const target = process.env.FUNCTION_TARGET ?? '';
const register = Object.hasOwn(FUNCTIONS, target) ? FUNCTIONS[target] : undefined;
if (!register) {
  throw new Error(`FUNCTION_TARGET must be one of ${Object.keys(FUNCTIONS).join(', ')}, and is "${target}"`);
}
installFrameworkEdge({ readsBodies: target !== 'on-lifecycle-event' });
await register();
