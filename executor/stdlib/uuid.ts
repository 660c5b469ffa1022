import { type LibraryFunction, pure } from './function.ts';

/** The module `uuid`: a random identifier as text. */
export const uuidFunctions: readonly LibraryFunction[] = [
  pure('uuid.generate', [], (_, host) => host.uuid()),
];
