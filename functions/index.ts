/** The functions-framework loads this file if the functions run from their sources. A deployment runs `bundle/start.ts`. */
import { registerFunction } from './register-function.ts';

await registerFunction(process.env.FUNCTION_TARGET);
