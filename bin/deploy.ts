/** `lro deploy`: deploy.sh with its own options. A setting may be given as `--NAME VALUE` too. */
import { spawn } from 'node:child_process';
import { deployScript, withSettingsFile } from '../local/doctor/deploy-script.ts';
import { nameMissingProgram } from '../local/doctor/missing-program.ts';

/** The options of deploy.sh that take no value. */
const FLAGS = ['--offline', '--delete-data', '--yes', '--help'];

try {
  process.exitCode = await run(withSettingsFile(joined(process.argv.slice(2))));
} catch (error) {
  console.error(`lro deploy: ${(error as Error).message}`);
  process.exitCode = 1;
}

function joined(args: readonly string[]): string[] {
  const result: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as string;
    const value = args[index + 1];
    const isApart = arg.startsWith('--') && !arg.includes('=') && !FLAGS.includes(arg) && value !== undefined;
    result.push(isApart ? `${arg}=${value}` : arg);
    if (isApart) index++;
  }
  return result;
}

function run(args: readonly string[]): Promise<number> {
  const env = { ...process.env, DEPLOY_COMMAND: 'lro deploy', DOCTOR_COMMAND: 'lro doctor' };
  return new Promise((resolve, reject) => {
    spawn('bash', [deployScript().path, ...args], { stdio: 'inherit', env })
      .once('error', (error) => reject(nameMissingProgram(error)))
      .once('exit', (code) => resolve(code ?? 1));
  });
}
