import { typeError } from '../errors/raised.ts';
import { isNumeric, typeName, type ValueMap } from '../values/value.ts';

/**
 * Fills arguments into the path of a method. `{+name}` keeps slashes, and `{name}` escapes them.
 *
 * @param method the name of the method, for the message
 * @throws TypeError for an argument that is neither text nor a number
 */
export function expandPath(path: string, args: ValueMap, method: string): string {
  return path.replaceAll(/\{(\+?)([^}]+)\}/g, (_, reserved: string, parameter: string) => {
    const value = args.get(parameter) ?? null;
    if (typeof value !== 'string' && !isNumeric(value)) {
      throw typeError(`argument '${parameter}' of '${method}' must be a string; got: ${typeName(value)}`);
    }
    const text = encodeURIComponent(String(value));
    return reserved === '' ? text : text.replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%40', '@');
  });
}
