/**
 * The functions-framework loads this file in a deployment. It loads the bundle and registers the function that FUNCTION_TARGET
 * names.
 */
import { fileURLToPath } from 'node:url';
import { openBundle } from './bundle.ts';

const { exports, cacheAccepted } = openBundle(fileURLToPath(new URL('.', import.meta.url)));
if (cacheAccepted === false) {
  console.log(
    JSON.stringify({
      severity: 'WARNING',
      message: 'V8 refused the code cache of the build, so this start compiled everything again',
      node: process.version,
      flags: [...process.execArgv, process.env.NODE_OPTIONS],
    }),
  );
}
await exports.registerFunction(process.env.FUNCTION_TARGET);
