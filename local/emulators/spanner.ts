import { join } from 'node:path';
import { acceptsConnections, freePort, isExecutable, sdkRoot, startProcess } from './gcloud.ts';

export interface SpannerEmulator {
  /** What SPANNER_EMULATOR_HOST has to say. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Starts Google's Spanner emulator on a free port; undefined where the SDK or its emulator is not installed. */
export async function startSpannerEmulator(): Promise<SpannerEmulator | undefined> {
  const root = await sdkRoot();
  if (root === undefined) return undefined;
  // Not gateway_main, which only adds REST: ended, it can leave this one behind on the port.
  const command = join(root, 'bin', 'cloud_spanner_emulator', 'emulator_main');
  if (!(await isExecutable(command))) return undefined;
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const { stop } = await startProcess({
    command,
    args: ['--host_port', host],
    ready: () => acceptsConnections(port),
  });
  return { host, stop };
}
