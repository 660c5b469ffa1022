/** The system of the benchmark of calls over many operations, in a process of its own. */
import pMap from 'p-map';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';

const [count = ''] = process.argv.slice(2);

const system = await startEmbeddedSystem({ push: true, logLevel: 'error' });
const create = (name: string) => system.lifecycle.operation(name).create({ method: 'm' });
await create('operations/measured');
const names = Array.from({ length: Number(count) }, (_, index) => `operations/bulk-${index}`);
await pMap(names, create, { concurrency: 500 });
process.send?.(system.url);
