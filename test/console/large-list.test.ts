/** A list of ten thousand operations: the page keeps only the rows around the visible part. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOperations } from '../../console/screenshots/many-operations.ts';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';
import { expectNoFaults, launchChromium, openPage, withoutChromium } from './browser.ts';

const OPERATIONS = 10_000;

describe.skipIf(withoutChromium('the console in a browser'))('a list of ten thousand', () => {
  let browser: Browser;
  let system: LocalSystem;
  beforeAll(async () => {
    [browser, system] = await Promise.all([
      launchChromium(),
      startEmbeddedSystem({ push: true, logLevel: 'silent' }),
    ]);
    await createOperations(system.operationsUrl, OPERATIONS);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  it('renders a bounded number of rows on a phone, where the whole page scrolls', async () => {
    const opened = await openPage(browser, system.url);
    const { page } = opened;
    await page.setViewportSize({ width: 420, height: 900 });
    const grid = page.getByRole('grid');
    await grid.getByText('RUNNING').first().waitFor();
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(420);
    await page.close();
    expectNoFaults(opened);
  });

  it('scrolls to its end, and renders only rows near the visible ones', async () => {
    const opened = await openPage(browser, system.url);
    const { page } = opened;
    const grid = page.getByRole('grid');
    await page.getByText('10,000 operations').waitFor();
    await grid.focus();
    for (let step = 0; step < 30; step++) await page.mouse.wheel(0, 4_000);
    await page.keyboard.press('End');
    const oldest = grid.getByRole('link', { name: await lastName(system.operationsUrl) });
    await oldest.waitFor();
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    await until(
      'rows far away to be forgotten',
      async () => Number(await grid.getAttribute('data-held-rows')) <= 1_300,
    );

    // New operations do not move the rows while the end of the list is visible.
    await createOperations(system.operationsUrl, 3, 'new');
    await page.getByRole('button', { name: '3 new · show' }).waitFor();
    await oldest.waitFor();
    await page.getByRole('button', { name: '3 new · show' }).click();
    await grid.getByRole('link', { name: 'new-000002' }).waitFor();
    await page.getByText('10,003 operations').waitFor();
    expectNoFaults(opened);
  });
});

/** The id of the last operation of the list. Those of one millisecond are in the order of their names. */
async function lastName(url: string): Promise<string> {
  const response = await fetch(`${url}/v1/operations?view=SUMMARY&pageSize=1&skip=${OPERATIONS - 1}`);
  const { operations } = (await response.json()) as { operations: { name: string }[] };
  return operations[0]?.name.replace('operations/', '') ?? '';
}
