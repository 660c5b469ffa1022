/** The list of operations in a real browser, on the embedded system. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import {
  expectNoFaults,
  hindrances,
  launchChromium,
  openPage,
  type WatchedPage,
  withoutChromium,
} from './browser.ts';

describe.skipIf(withoutChromium('the console in a browser'))('the list of operations', () => {
  let browser: Browser;
  let system: LocalSystem;
  let opened: WatchedPage | undefined;

  beforeAll(async () => {
    [browser, system] = await Promise.all([
      launchChromium(),
      startEmbeddedSystem({ push: true, logLevel: 'silent' }),
    ]);
    await create('first', { method: 'test.v1.A', labels: { tenant: 'a' } });
    await create('second', { method: 'test.v1.B' });
    await system.lifecycle.operation('operations/second').fail({ code: 4, message: 'It took too long.' });
  });
  afterEach(async () => {
    if (opened) expectNoFaults(opened);
    await opened?.page.close();
    opened = undefined;
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  const create = async (id: string, fields: object = {}) => {
    const response = await fetch(`${system.operationsUrl}/v1/operations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ operationId: id, ...fields }),
    });
    expect(response.status).toBe(200);
  };
  const open = async (path = '/', options = {}): Promise<Page> => {
    opened = await openPage(browser, system.url + path, options);
    return opened.page;
  };
  const row = (page: Page, id: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name: id, exact: true }) });

  it('shows what is there, and each change as it happens', async () => {
    const page = await open();
    await row(page, 'first').getByText('RUNNING').waitFor();
    await row(page, 'second').getByText('It took too long.').waitFor();

    await create('third', { method: 'test.v1.A' });
    await row(page, 'third').getByText('RUNNING').waitFor();
    await system.lifecycle.operation('operations/third').progress({ progress: 0.4 });
    await row(page, 'third').getByText('40 %').waitFor();
    await system.lifecycle.operation('operations/third').succeed();
    await row(page, 'third').getByText('SUCCEEDED').waitFor();
  });

  it('shortens the beginning of a method only where there is no room', async () => {
    const method = 'test.v1.publishing.quarterly.Reports.CreateQuarterlyReportOfAllRegions';
    await create('long-method', { method });
    const page = await open();
    const cell = row(page, 'long-method').locator('.method');
    await cell.waitFor();
    expect(await cell.textContent()).toBe(method);
    const isWhole = (part: string) =>
      cell.locator(part).evaluate((element) => element.scrollWidth <= element.clientWidth);
    const shown = async (width: number) => {
      await page.setViewportSize({ width, height: 800 });
      return { beginning: await isWhole('bdi:first-child'), end: await isWhole('bdi:last-child') };
    };
    expect(await shown(1_600)).toEqual({ beginning: false, end: true });
    expect(await shown(1_920)).toEqual({ beginning: true, end: true });
  });

  it('filters by a state, and writes it as text and into the address', async () => {
    const page = await open();
    await page.getByRole('button', { name: /failed/ }).click();
    await page.waitForURL(/filter=state/);
    expect(await page.getByLabel('Filter (AIP-160)').inputValue()).toBe('state = FAILED');
    await row(page, 'second').waitFor();
    await row(page, 'first').waitFor({ state: 'detached' });

    await page.reload();
    await row(page, 'second').waitFor();
    await page.getByRole('button', { name: 'Remove failed' }).click();
    await row(page, 'first').waitFor();
    await page.goBack();
    await row(page, 'first').waitFor({ state: 'detached' });
  });

  it('shows an operation that begins to match, and marks one that stops to', async () => {
    await create('turning', { method: 'test.v1.C' });
    const page = await open(
      `/?filter=${encodeURIComponent('state = FAILED OR (state = RUNNING AND method = "test.v1.C")')}`,
    );
    await row(page, 'turning').getByText('RUNNING').waitFor();
    await system.lifecycle.operation('operations/turning').succeed();
    await row(page, 'turning').getByText('no longer matches').waitFor();

    await create('late');
    await system.lifecycle.operation('operations/late').fail({ code: 5, message: 'nothing there' });
    await row(page, 'late').getByText('FAILED').waitFor();
  });

  it('shows the position of a mistake in a filter, and keeps the typed text', async () => {
    const page = await open();
    const filter = page.getByLabel('Filter (AIP-160)');
    await page.keyboard.press('/');
    await filter.fill('state = FAILED AND nonsense = 3');
    await filter.press('Enter');
    const problem = page.getByRole('alert');
    await problem.getByText('no field "nonsense"').waitFor();
    expect(await problem.locator('mark').textContent()).toBe('n');
    expect(await filter.inputValue()).toBe('state = FAILED AND nonsense = 3');
    await filter.fill('state = FAILED');
    await filter.press('Enter');
    await row(page, 'second').waitFor();
    await problem.waitFor({ state: 'detached' });
  });

  it.each([
    ['second', 'second', 'first', 'name = "operations/second" OR method = "second"'],
    [' operations/second ', 'second', 'first', 'name = "operations/second"'],
    ['test.v1.B', 'second', 'first', 'name = "operations/test.v1.B" OR method = "test.v1.B"'],
    ['failed', 'second', 'first', 'state = FAILED'],
  ])('finds what the word %j names', async (word, found, other, written) => {
    const page = await open();
    const filter = page.getByLabel('Filter (AIP-160)');
    await row(page, other).waitFor();
    await filter.fill(word);
    await filter.press('Enter');
    await row(page, other).waitFor({ state: 'detached' });
    await row(page, found).waitFor();
    expect(await filter.inputValue()).toBe(written);
  });

  it('is moved through and opened by keys', async () => {
    const page = await open();
    await row(page, 'first').waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.locator('[role=row][aria-selected=true]').getByRole('link', { name: 'first' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/operations\/first$/);
    await page.getByRole('heading', { name: 'first', level: 1 }).waitFor();
  });

  it.each([false, true])('has no violation of accessibility rules (dark: %s)', async (dark) => {
    const page = await open('/', { dark });
    await row(page, 'first').waitFor();
    expect(await hindrances(page)).toEqual([]);
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await hindrances(page)).toEqual([]);
  });

  it('says how many operations an act on all would change, once they are all counted', async () => {
    const page = await open('/?filter=method%3D%22test.v1.A%22');
    const name = 'operations/bulk-cancel-counting';
    const countOf = (matchedCount: string, done: boolean) => ({ name, done, metadata: { matchedCount } });
    const counts = [countOf('1000', false), countOf('1200', true)];
    await page.route('**/v1/operations:cancel', (route) => route.fulfill({ json: countOf('0', false) }));
    await page.route('**/v1/operations/bulk-cancel-counting', (route) =>
      route.fulfill({ json: counts.shift() }),
    );
    const shown = page.locator('dialog [role=status]');
    await page.getByRole('button', { name: 'Cancel all…' }).click();
    expect(await shown.textContent()).toBe('Counting…');
    await page.getByText('1,200 operations match').waitFor();
    expect(counts).toEqual([]);
  });

  it('says that nothing matches, and leads back', async () => {
    const page = await open(`/?filter=${encodeURIComponent('method = "nobody"')}`);
    await page.getByText('No operation matches.').waitFor();
    await page.getByRole('link', { name: 'Show all operations' }).click();
    await row(page, 'first').waitFor();
  });
});
