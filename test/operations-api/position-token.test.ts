/** Pages of the lists of one operation: its waits, and the children of a wait. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationName } from '../../shared/lifecycle/operation-name.ts';
import { newName } from '../store/fixtures.ts';
import { type ApiUnderTest, startApi, waitingFor } from './api-under-test.ts';
import { DescribedApi } from './described-api.ts';

let server: ApiUnderTest;
let api: DescribedApi;
let now = Date.now();

beforeAll(async () => {
  server = await startApi({}, () => now);
  api = await DescribedApi.at(server.url);
});
afterAll(() => server.stop());

const names = (count: number) => Array.from({ length: count }, () => newName());

async function created(): Promise<OperationName> {
  const name = newName();
  await server.orchestrator.happens(name, { type: 'created', creation: { method: 'm', labels: {} } });
  return name;
}

/** Begins a wait later than every other one. */
async function waits(name: OperationName, children: readonly OperationName[]): Promise<void> {
  now += 1_000;
  await server.orchestrator.happens(name, waitingFor(children));
}

async function page(path: string, parameters: Record<string, string | undefined>) {
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return api.call('GET', `/v1/${path}?${new URLSearchParams(given)}`);
}

const children = async (name: OperationName, parameters: Record<string, string | undefined> = {}) =>
  (await page(`${name}/children`, { pageSize: '2', ...parameters })).body;
const namesIn = ({ children: listed }: { children: { name: string }[] }) => listed.map((child) => child.name);

describe('the pages of the children of the newest wait', () => {
  it('are all of the wait of the first page, also if a wait begins meanwhile', async () => {
    const [name, earlier, later] = [await created(), names(3), names(3)];
    await waits(name, earlier);
    const first = await children(name);
    await waits(name, later);
    const second = await children(name, { pageToken: first.nextPageToken });
    expect([...namesIn(first), ...namesIn(second)]).toEqual(earlier);
    expect(second.nextPageToken).toBeUndefined();
    expect(namesIn(await children(name))).toEqual(later.slice(0, 2));
  });

  it('continue with a token of an earlier release, which is a position', async () => {
    const [name, all] = [await created(), names(3)];
    await waits(name, all);
    const pageToken = Buffer.from('2').toString('base64url');
    expect(namesIn(await children(name, { pageToken }))).toEqual(all.slice(2));
  });
});

describe('the pages of the waits of an operation', () => {
  it('have each wait once, also if a wait begins between them', async () => {
    const [name, child] = [await created(), newName()];
    for (let index = 0; index < 60; index++) await waits(name, [child]);
    const inspected = async (pageToken?: string) => (await page(`${name}:inspect`, { pageToken })).body;
    const first = await inspected();
    await waits(name, [child]);
    const second = await inspected(first.nextPageToken);
    const shown = [...second.waits, ...first.waits].map(({ waitId }) => waitId);
    expect([shown.length, new Set(shown).size]).toEqual([60, 60]);
    expect(second.nextPageToken).toBeUndefined();
  });
});

describe('a page token', () => {
  /** An operation with many waits of three children, and the token of each of its lists, with the request of the list. */
  async function lists() {
    const name = await created();
    for (let index = 0; index < 60; index++) await waits(name, names(3));
    const inspection = (await page(`${name}:inspect`, { pageSize: '1' })).body;
    const { waitId, children: listed } = inspection.waits.at(-1);
    const other = await created();
    await waits(other, names(3));
    const pending = await children(name, { outcome: 'PENDING' });
    return {
      ...{ name, other, waitId, otherWait: inspection.waits[0].waitId },
      waitsToken: inspection.nextPageToken,
      inspectedToken: listed.nextPageToken,
      childrenToken: (await children(name)).nextPageToken,
      pendingToken: pending.nextPageToken,
    };
  }

  type Lists = Awaited<ReturnType<typeof lists>>;
  let of: Lists;
  beforeAll(async () => {
    of = await lists();
  });

  it.each<[string, (of: Lists) => [path: string, parameters: Record<string, string>]]>([
    ['waits', ({ name, waitsToken }) => [`${name}:inspect`, { pageToken: waitsToken }]],
    [
      'inspected children',
      ({ name, waitId, inspectedToken }) => [`${name}:inspect`, { waitId, pageToken: inspectedToken }],
    ],
    ['children', ({ name, childrenToken }) => [`${name}/children`, { pageToken: childrenToken }]],
    [
      'children, with the wait named',
      ({ name, waitId, childrenToken }) => [`${name}/children`, { waitId, pageToken: childrenToken }],
    ],
    [
      'children of an outcome',
      ({ name, pendingToken }) => [`${name}/children`, { outcome: 'PENDING', pageToken: pendingToken }],
    ],
  ])('of %s is accepted for the same list, with any page size', async (_, request) => {
    const [path, parameters] = request(of);
    expect((await page(path, { ...parameters, pageSize: '3' })).status).toBe(200);
  });

  it.each<[string, (of: Lists) => [path: string, parameters: Record<string, string>]]>([
    [
      'children of another wait',
      ({ name, otherWait: waitId, childrenToken: pageToken }) => [`${name}/children`, { waitId, pageToken }],
    ],
    [
      'children of an outcome',
      ({ name, childrenToken: pageToken }) => [`${name}/children`, { outcome: 'PENDING', pageToken }],
    ],
    ['children of any outcome', ({ name, pendingToken: pageToken }) => [`${name}/children`, { pageToken }]],
    [
      'children of another operation',
      ({ other, childrenToken: pageToken }) => [`${other}/children`, { pageToken }],
    ],
    [
      'children, from a list of waits',
      ({ name, waitsToken: pageToken }) => [`${name}/children`, { pageToken }],
    ],
    [
      'waits, from a list of children',
      ({ name, childrenToken: pageToken }) => [`${name}:inspect`, { pageToken }],
    ],
    [
      'waits, from inspected children',
      ({ name, inspectedToken: pageToken }) => [`${name}:inspect`, { pageToken }],
    ],
    [
      'inspected children of another wait',
      ({ name, otherWait: waitId, inspectedToken: pageToken }) => [`${name}:inspect`, { waitId, pageToken }],
    ],
    ['waits of another operation', ({ other, waitsToken: pageToken }) => [`${other}:inspect`, { pageToken }]],
  ])('is refused for a list of %s', async (_, request) => {
    const { status, body } = await page(...request(of));
    expect([status, body.error?.details[1].fieldViolations[0].field]).toEqual([400, 'pageToken']);
  });

  it.each(['null', '-1', '1.5', '[]', '["children"]', '[1,2]', '{}', '1e99'])(
    'with the content %s is refused',
    async (content) => {
      const pageToken = Buffer.from(content).toString('base64url');
      for (const path of [`${of.name}/children`, `${of.name}:inspect`]) {
        expect((await page(path, { pageToken })).status).toBe(400);
      }
    },
  );
});
