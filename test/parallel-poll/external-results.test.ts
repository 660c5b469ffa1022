/** What other services answer of their operations, as the workflow hands it over: in the RESUME, in /children, in :explain. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { Observer } from '../end-to-end/observer.ts';
import { OtherService, type ServiceAnswer } from '../end-to-end/other-service.ts';
import { until } from '../setup/until.ts';

const STRUCT = 'type.googleapis.com/google.protobuf.Struct';
const done = (rest: object): ServiceAnswer => ({ status: 200, body: { name: 'x', done: true, ...rest } });

const ANSWERS: Readonly<Record<string, (attempt: number) => ServiceAnswer>> = {
  known: () => done({ response: { '@type': STRUCT, value: { rows: 7 } } }),
  unknown: () => done({ response: { '@type': 'type.googleapis.com/acme.Report', rows: 7 } }),
  empty: () => done({ response: {} }),
  large: () => done({ response: { '@type': STRUCT, value: { text: 'x'.repeat(40_000) } } }),
  failing: () => done({ error: { code: 5, message: 'no such table', details: [{ '@type': 'a/b', x: 1 }] } }),
  forbidden: () => ({ status: 403 }),
  broken: () => ({ status: 503 }),
  absent: () => ({ status: 404 }),
};

const service = new OtherService((name, attempt) => ANSWERS[name]?.(attempt) ?? { status: 500 });
let system: LocalSystem;
let observer: Observer;

beforeAll(async () => {
  await service.start();
  system = await startEmbeddedSystem({ push: true, logLevel: 'error', allowedHosts: [service.url] });
  observer = await Observer.of(system);
});
afterAll(async () => {
  await system.stop();
  await service.stop();
});

const externals = (...names: string[]) => names.map((name) => ({ name, endpoint: service.url }));

// biome-ignore lint/suspicious/noExplicitAny: whatever the API answers
const get = async (path: string): Promise<any> => (await fetch(`${system.url}/v1/${path}`)).json();

it('the RESUME and /children have the response or the error of each, as far as that is not too large', async () => {
  const names = ['known', 'unknown', 'empty', 'large', 'failing', 'forbidden'];
  await system.lifecycle
    .operation('operations/asker')
    .wait({ externals: externals(...names), pollFrequency: 1 });
  const { children } = await observer.signal('operations/asker');
  const listed = (await get('operations/asker/children')).children;
  for (const found of [children.first, listed]) {
    const byName = Object.fromEntries(found.map((child: { name: string }) => [child.name, child]));
    expect(byName.known).toMatchObject({
      outcome: 'SUCCEEDED',
      response: { '@type': STRUCT, value: { rows: 7 } },
    });
    expect(byName.unknown.response).toEqual({
      '@type': STRUCT,
      value: { '@type': 'type.googleapis.com/acme.Report', rows: 7 },
    });
    expect(byName.empty.response).toMatchObject({ '@type': 'type.googleapis.com/google.protobuf.Empty' });
    expect(byName.large).toMatchObject({ outcome: 'SUCCEEDED' });
    expect(byName.large.response).toBeUndefined();
    expect(byName.failing).toMatchObject({ outcome: 'FAILED', error: { code: 5, message: 'no such table' } });
    expect(byName.forbidden).toMatchObject({ outcome: 'FAILED', error: { code: 7 } });
  }
});

it(':explain says which polls fail', async () => {
  const names = externals('broken', 'absent');
  await system.lifecycle
    .operation('operations/stuck')
    .wait({ externals: names, pollFrequency: 1, timeout: 3600 });
  const explained = await until('the failed polls', async () => {
    const found = await get('operations/stuck:explain');
    const polls = found.blockedBy.flatMap(
      ({ waitsFor }: { waitsFor: { failedPoll?: object } }) => waitsFor.failedPoll ?? [],
    );
    return polls.length === 2 && found;
  });
  const statuses = explained.blockedBy.map(
    ({ name, waitsFor }: { name: string; waitsFor: { failedPoll: { status: number } } }) => [
      name,
      waitsFor.failedPoll.status,
    ],
  );
  expect(Object.fromEntries(statuses)).toEqual({ broken: 503, absent: 404 });
  expect(explained.sentence).toMatch(/whose polls have got the HTTP status (503|404) since/);
});
