/** `npm start`: the whole system on this machine, with one sample fan-out. Stays up until Ctrl-C. */
import { configuredTelemetry } from '../shared/telemetry/configured-telemetry.ts';
import { exitOnSignal } from './shutdown.ts';
import { startFailure } from './start-failure.ts';
import { readStartOptions, START_USAGE, type StartOptions } from './start-options.ts';
import { startScreen } from './start-screen.ts';
import { startSystem } from './start-system.ts';
import type { LocalSystem } from './system.ts';

const options = optionsOrExit();
try {
  const telemetry = await configuredTelemetry(process.env, { serviceName: 'lro-orchestrator' });
  const system = await startSystem({ ...options, telemetry, push: true });
  exitOnSignal(() => system.stop());
  console.log(startScreen(system, Math.round(performance.now())));
  if (options.sample && system.isNew) await playSample(system);
} catch (error) {
  console.error(startFailure(error, options, process.argv.slice(2)));
  process.exit(1);
}

async function playSample(system: LocalSystem): Promise<void> {
  console.log('One parent with five children, by a worker and a client of the package:\n');
  // Loaded here, because the system can be used before the sample has loaded.
  const { playFanOut } = await import('../examples/fan-out/fan-out.ts');
  const { Timeline } = await import('../examples/fan-out/timeline.ts');
  const timeline = new Timeline(console.log);
  const { state } = await playFanOut(system, timeline, { children: 5, pollFrequency: 10 });
  console.log(`\nThe parent ${state}. The system stays up; Ctrl-C stops it.`);
}

function optionsOrExit(): StartOptions {
  let read: StartOptions | undefined;
  try {
    read = readStartOptions(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${START_USAGE}`);
    process.exit(2);
  }
  if (read) return read;
  console.log(START_USAGE);
  process.exit(0);
}
