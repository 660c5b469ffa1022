/** A process of its own that commits until it is killed, and says on its standard output what was acknowledged. */

import { openSqliteStore } from '../../local/sqlite/store.ts';
import { operationName } from '../../shared/lifecycle/operation-name.ts';
import { put, running } from './fixtures.ts';

const [file = '', from = '0'] = process.argv.slice(2);
const store = await openSqliteStore({ file });
let next = Number(from);

async function write(): Promise<never> {
  for (;;) {
    const name = operationName(`written-${next++}`);
    await put(store, running(name), { effects: [{ kind: 'publishCompletion' }] });
    process.stdout.write(`${name}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, write));
