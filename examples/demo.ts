/**
 * `npm run demo`: one fan-out through the whole system. Exits with 0 only if a subscriber receives the parent's completion.
 */
import { parseArgs } from 'node:util';
import { exitOnSignal } from '../local/shutdown.ts';
import { startSystem } from '../local/start-system.ts';
import { playFanOut } from './fan-out/fan-out.ts';
import { Timeline } from './fan-out/timeline.ts';

/** How a user runs the demo: from the installed package, or in a clone. */
const COMMAND = import.meta.url.includes('/node_modules/') ? 'npx lro demo' : 'npm run demo --';
const USAGE = `${COMMAND} [--children N] [--poll-frequency SECONDS] [--emulators] [--poll-only] [--json]

  --children N        how many children the parent waits for (default 5, at most 10000)
  --poll-frequency S  how often the workflow asks (default 10, with --poll-only 1)
  --emulators         on Google's Spanner and Pub/Sub emulators instead of the embedded store and bus
  --poll-only         push is off: the workflow's call resumes the parent
  --json              the last line is one JSON object
  --help              prints this
`;

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  const { children, pollFrequency, emulators, pollOnly, json } = options;
  const timeline = new Timeline(console.log);
  const system = await startSystem({ emulators, push: !pollOnly });
  exitOnSignal(() => system.stop());
  try {
    for (const [part, where] of Object.entries(system.parts)) timeline.note('system', `${part}: ${where}`);
    const report = await playFanOut(system, timeline, { children, pollFrequency });
    console.log(
      `\n${report.operation} ${report.state}: ${report.resumes} resume by ${report.resumedBy}, ` +
        `${report.resumeLatencyMs} ms after the last child; ${report.completions} completion; ` +
        `${report.workflowExecutions} workflow execution with ${report.workflowSteps} steps`,
    );
    if (json) console.log(JSON.stringify(report));
    return 0;
  } finally {
    await system.stop();
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        children: { type: 'string', default: '5' },
        'poll-frequency': { type: 'string' },
        emulators: { type: 'boolean', default: false },
        'poll-only': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return 'help';
    const pollOnly = values['poll-only'];
    return {
      children: wholeNumber('--children', values.children, 1, 10_000),
      pollFrequency: wholeNumber(
        '--poll-frequency',
        values['poll-frequency'] ?? (pollOnly ? '1' : '10'),
        1,
        86_400,
      ),
      emulators: values.emulators,
      pollOnly,
      json: values.json,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return undefined;
  }
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`${flag} must be a whole number from ${min} to ${max}, and is "${text}"`);
  }
  return value;
}
