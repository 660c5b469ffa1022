/** Registers functions with the functions-framework. An instance serves one function, and loads no other. */
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
    // On emulators, the local console calls this function too.
    const isLocal = process.env.SPANNER_EMULATOR_HOST !== undefined;
    const isConsole = isLocal ? (await import('../console/server/page-token.ts')).isFromBrowser : undefined;
    http('operations', operations(cloudDeployment, await gateOptions(process.env), isConsole));
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

export const FUNCTION_TARGETS = Object.keys(FUNCTIONS);

/**
 * Registers the function that `target` names, in front of which the framework then listens.
 *
 * @throws Error that names FUNCTION_TARGET, for a target that is no function
 */
export async function registerFunction(target = ''): Promise<void> {
  const register = Object.hasOwn(FUNCTIONS, target) ? FUNCTIONS[target] : undefined;
  if (!register) {
    throw new Error(`FUNCTION_TARGET must be one of ${FUNCTION_TARGETS.join(', ')}, and is "${target}"`);
  }
  // Outside of production, express puts stack traces into its answers.
  process.env.NODE_ENV ??= 'production';
  installFrameworkEdge({ readsBodies: target !== 'on-lifecycle-event' });
  await register();
}
