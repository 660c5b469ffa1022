/** `npm run doctor`: reports what a deployment, or the local system, lacks. Exits with 0 only if nothing is missing. */
import { checkCloud } from './cloud-checks.ts';
import { checkLocal } from './local-checks.ts';
import { lineOf } from './report.ts';

/** How a user calls this program: from the installed package, or in a clone. */
const [COMMAND, FLAGS, DEPLOY] = import.meta.url.includes('/node_modules/')
  ? ['npx lro doctor', '', 'lro deploy']
  : ['npm run doctor', '-- ', './deploy.sh'];

const USAGE = `${COMMAND}
    the local system at OPERATIONS_URL if that is a http URL, or else at http://localhost:8080
${COMMAND} ${FLAGS}--local URL
    the local system at another URL; --url is the same
${COMMAND} ${FLAGS}--NAME=VALUE…
    a deployment; the settings are those of ${DEPLOY}
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const { OPERATIONS_URL = '' } = process.env;
  const [first = '', url = OPERATIONS_URL.startsWith('http:') ? OPERATIONS_URL : 'http://localhost:8080'] =
    args;
  if (first === '--help' || first === '-h') {
    console.log(USAGE);
    return 0;
  }
  const [flag = '', given] = first.split(/=(.*)/s);
  const findings =
    flag === '--local' || flag === '--url' || flag === ''
      ? checkLocal((given ?? url).replace(/\/$/, ''))
      : checkCloud(args);
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
