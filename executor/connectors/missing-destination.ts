import { missingMock } from '../calls/missing-mock.ts';
import type { OutgoingCall } from '../calls/outgoing-call.ts';
import { Fatal } from '../errors/fatal.ts';

/**
 * The error that ends an execution whose connector call has no destination: no mock, no emulator, and no permission to call
 * Google. The message contains the mock to paste.
 *
 * @param variable the environment variable that names an emulator of the API; undefined if the API has no emulator
 */
export function missingDestination(call: OutgoingCall, variable: string | undefined): Fatal {
  const emulator = variable === undefined ? '' : `set ${variable} to use an emulator, or `;
  return new Fatal(
    missingMock(call, [], `\nOr ${emulator}run with --allow-google to call Google.`),
    'NotSupportedError',
  );
}
