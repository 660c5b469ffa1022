/** `npm run doctor`: reports what a deployment, or the local system, lacks. Exits with 0 only if nothing is missing. */
import { checkCloud } from './cloud-checks.ts';
import { checkLocal } from './local-checks.ts';
import { lineOf } from './report.ts';

const USAGE = `npm run doctor                        the local system at http://localhost:8080
npm run doctor -- --local [URL]       the local system at another URL
npm run doctor -- --NAME=VALUE…       a deployment; the settings are those of ./deploy.sh
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const [first = '', url = 'http://localhost:8080'] = args;
  if (first === '--help' || first === '-h') {
    console.log(USAGE);
    return 0;
  }
  const [flag = '', given] = first.split(/=(.*)/s);
  const findings =
    flag === '--local' || flag === '' ? checkLocal((given ?? url).replace(/\/$/, '')) : checkCloud(args);
  let problems = 0;
  try {
    for await (const finding of findings) {
      if (finding.problem !== undefined) problems++;
      console.log(lineOf(finding));
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
  console.log(problems === 0 ? '\nNothing is missing.' : `\n${problems} missing.`);
  return problems === 0 ? 0 : 1;
}
