/** `npm run --silent explain -- ID [--url URL]`: explains why an operation is not done, or why it ended as it did. */
import { parseArgs } from 'node:util';

const USAGE = `npm run --silent explain -- ID [--url URL] [--json]

Asks the Operations API at URL (http://localhost:8080) why the operation is not done, or why it ended as it did.
`;

interface Explanation {
  readonly sentence: string;
  readonly blockedBy: readonly { readonly description: string }[];
  readonly error?: { readonly message: string };
}

process.exitCode = await main();

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string', default: 'http://localhost:8080' }, json: { type: 'boolean' } },
  });
  const [id, ...rest] = positionals;
  if (id === undefined || rest.length > 0) {
    console.error(USAGE);
    return 2;
  }
  const name = encodeURIComponent(id.replace(/^operations\//, ''));
  try {
    const response = await fetch(`${values.url}/v1/operations/${name}:explain`);
    const explanation = (await response.json()) as Explanation;
    if (!response.ok)
      throw new Error(explanation.error?.message ?? `${values.url} answered ${response.status}`);
    if (values.json) console.log(JSON.stringify(explanation, undefined, 2));
    else print(explanation);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function print({ sentence, blockedBy }: Explanation): void {
  console.log(sentence);
  if (blockedBy.length > 1) for (const { description } of blockedBy) console.log(`- ${description}`);
}
