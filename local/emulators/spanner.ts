import { join } from 'node:path';
import { isExecutable, sdkRoot } from './gcloud.ts';
import { startProcess } from './server-process.ts';

export interface SpannerEmulator {
  /** The value for SPANNER_EMULATOR_HOST. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Starts Google's Spanner emulator on a free port. Resolves to undefined if the SDK or the emulator is not installed. */
export async function startSpannerEmulator(): Promise<SpannerEmulator | undefined> {
  const root = await sdkRoot();
  if (root === undefined) return undefined;
  // Not gateway_main, which only adds REST. If gateway_main is killed, emulator_main may go on running.
  const command = join(root, 'bin', 'cloud_spanner_emulator', 'emulator_main');
  if (!(await isExecutable(command))) return undefined;
  const { ready: host, stop } = await startProcess({
    command,
    args: ['--host_port', '127.0.0.1:0'],
    ready: (printed) => /Server address: (\S+)\n/.exec(printed)?.[1],
  });
  return { host, stop };
}
