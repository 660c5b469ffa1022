/** The program that `lro workflow` and `npm run workflow` start: it takes the arguments of this process. */
import { main } from './cli.ts';

process.exitCode = await main(process.argv.slice(2));
