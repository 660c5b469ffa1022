import { valueError } from '../errors/raised.ts';
import { booleanArgument, bytesArgument, textArgument } from './arguments.ts';
import { type LibraryFunction, pure } from './function.ts';

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The module `base64`: the standard alphabet, with padding unless `padding` is false. */
export const base64Functions: readonly LibraryFunction[] = [
  pure('base64.encode', ['data', 'padding?'], ([data, padding]) => {
    const text = Buffer.from(bytesArgument('data', data)).toString('base64');
    return padded(padding) ? text : text.replace(/=+$/, '');
  }),
  pure('base64.decode', ['data', 'padding?'], ([data, padding]) => {
    const text = textArgument('data', data);
    const whole = padded(padding) ? text.length % 4 === 0 : text.replace(/=+$/, '').length % 4 !== 1;
    if (!whole || !BASE64.test(text)) throw valueError('malformed base64 text');
    return Buffer.from(text, 'base64');
  }),
];

function padded(padding: Parameters<typeof booleanArgument>[1]): boolean {
  return padding === null || padding === undefined || booleanArgument('padding', padding);
}
