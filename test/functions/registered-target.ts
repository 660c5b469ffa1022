/** Prints NODE_ENV. Ends with 0 if the functions register the one that FUNCTION_TARGET names with the functions-framework, and with 1 if not. */
import '../../functions/index.ts';

console.log(process.env.NODE_ENV);
const framework = import.meta.resolve('@google-cloud/functions-framework');
const { getRegisteredFunction } = await import(framework.replace('index.js', 'function_registry.js'));
process.exit(getRegisteredFunction(process.env.FUNCTION_TARGET) ? 0 : 1);
