import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';

const WAITS = 1_500;
const CHILDREN = 2_000;

const system = await startEmbeddedSystem({ push: true, logLevel: 'error' });
const { lifecycle } = system;
await lifecycle.operation('operations/measured').create();
const waiting = lifecycle.operation('operations/waits');
for (let index = 0; index < WAITS; index++) await waiting.wait({ children: ['operations/never'] });
const failed = Array.from({ length: 1_000 }, (_, index) => `operations/failed-${index}` as const);
for (const name of failed) await lifecycle.operation(name).fail({ code: 9, message: 'failed' });
await lifecycle.operation('operations/failures').wait({ children: failed });
for (let index = 0; index < CHILDREN; index++) {
  await lifecycle.operation(`operations/child-${index}`).create({ parent: 'operations/parent' });
}
await lifecycle.operation('operations/parent').create();
for (const last of ['parent', 'failures']) {
  while (!(await fetch(`${system.url}/v1/operations/${last}`)).ok);
}
process.send?.(system.url);
