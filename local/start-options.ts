import { parseArgs } from 'node:util';

export interface StartOptions {
  readonly port: number;
  readonly emulators: boolean;
  readonly data?: string;
}

export const START_USAGE = `npm start -- [--port N] [--data DIR] [--emulators]

  --port N     where everything is served (default 8080)
  --data DIR   keeps operations and messages in this folder; without it they are in memory
  --emulators  on Google's Spanner and Pub/Sub emulators instead of the embedded store and bus
`;

/** Throws an Error that names the flag and the rule. */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '8080' },
      data: { type: 'string' },
      emulators: { type: 'boolean', default: false },
    },
  });
  const { data, emulators } = values;
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port must be a number from 0 to 65535, and is "${values.port}"`);
  }
  if (data === '') throw new Error('--data must name a folder');
  if (data !== undefined && emulators) throw new Error('--data goes without --emulators, which keep nothing');
  return { port, emulators, ...(data !== undefined && { data }) };
}
