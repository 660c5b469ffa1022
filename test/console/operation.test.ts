/** The page of one operation in a real browser, on the embedded system. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedSystem } from '../../local/embedded/embedded-system.ts';
import type { LocalSystem } from '../../local/system.ts';
import { until } from '../setup/until.ts';
import {
  expectNoFaults,
  hindrances,
  launchChromium,
  openPage,
  type WatchedPage,
  withoutChromium,
} from './browser.ts';

const CHILDREN = 1_000;

describe.skipIf(withoutChromium('the console in a browser'))('the page of an operation', () => {
  let browser: Browser;
  let system: LocalSystem;
  let opened: WatchedPage | undefined;

  beforeAll(async () => {
    [browser, system] = await Promise.all([
      launchChromium(),
      startEmbeddedSystem({ push: true, logLevel: 'silent' }),
    ]);
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

  const worker = (id: string) => system.lifecycle.operation(`operations/${id}`);
  const stateOf = async (id: string) => {
    const response = await fetch(`${system.operationsUrl}/v1/operations/${id}:inspect`);
    return response.ok ? ((await response.json()) as { state: string }).state : response.status;
  };
  const reaches = (id: string, state: string | number) =>
    until(`${id} to be ${state}`, async () => (await stateOf(id)) === state);
  const open = async (id: string, options = {}): Promise<Page> => {
    opened = await openPage(browser, `${system.url}/operations/${id}`, options);
    return opened.page;
  };

  it('shows why it is not done, its changes, and how it ended', async () => {
    await worker('parent').create({ method: 'test.v1.Parent' });
    await worker('child').create({ method: 'test.v1.Child', parent: 'operations/parent' });
    await worker('parent').wait({ children: ['operations/child'], policy: 'ALL_SUCCEEDED' });
    await reaches('parent', 'WAITING');
    const page = await open('parent');
    const why = page.getByRole('region', { name: 'Why is it not done?' });
    await why.getByRole('link', { name: 'child' }).waitFor();

    await worker('child').fail({ code: 9, message: 'The child is broken.' });
    await page.locator('.title').getByText('RUNNING').waitFor();
    await worker('parent').fail({ code: 9, message: 'A child failed.' });
    await page.getByRole('region', { name: 'How it ended' }).getByText('A child failed.').first().waitFor();
    await page.getByRole('tree').getByText('The child is broken.').waitFor();
    await page.getByRole('cell', { name: 'resumed', exact: true }).waitFor();
  });

  it('shows what became of children that had not ended when the wait did', async () => {
    await worker('given-up').create({ method: 'test.v1.Parent' });
    const children = ['late', 'busy', 'gone'].map((id) => `operations/given-up.${id}` as const);
    for (const id of ['late', 'busy'])
      await worker(`given-up.${id}`).create({ method: 'test.v1.Child', parent: 'operations/given-up' });
    await worker('given-up').wait({ children });
    await reaches('given-up', 'WAITING');
    await worker('given-up').fail({ code: 9, message: 'It gives up.' });
    await reaches('given-up', 'FAILED');
    const page = await open('given-up');
    const line = (id: string) => page.getByRole('tree').getByRole('treeitem', { name: `given-up.${id}` });
    await line('late').getByText('still running').waitFor();
    await worker('given-up.late').cancelled();
    await line('late').getByText('cancelled after the wait').waitFor();
    await line('busy').getByText('still running').waitFor();
    await line('gone').getByText('does not exist now').waitFor();
    await page.getByRole('tree').getByText('ended with the operation, while 3 had not ended').waitFor();
  });

  it('fits a phone: long labels are broken, lines of an error and names of reruns are apart', async () => {
    await worker('narrow').create({
      method: 'test.v1.Narrow',
      labels: { [`l${'o'.repeat(60)}ng`]: 'value' },
    });
    await worker('narrow').wait({ children: ['operations/narrow.1.cover'] });
    await worker('narrow.1.cover').create({ method: 'test.v1.Page', parent: 'operations/narrow' });
    await worker('narrow.1.cover').fail({
      code: 13,
      message: 'The page cannot be rendered, since it is lost.',
    });
    await worker('narrow').fail({ code: 13, message: 'Error: broken\n    at render (page.js:1:2)' });
    await reaches('narrow', 'FAILED');
    for (let rerun = 0; rerun < 2; rerun++) {
      await fetch(`${system.operationsUrl}/v1/operations/narrow:rerun`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"from":"RESUME_POINT"}',
      });
    }
    const page = await open('narrow');
    await page.setViewportSize({ width: 390, height: 844 });
    const childError = page.getByRole('tree').getByText('The page cannot be rendered');
    await childError.waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await childError.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
    const message = page.getByRole('region', { name: 'How it ended' }).getByText('at render');
    expect(await message.innerText()).toContain('Error: broken\n');
    const boxes = await page
      .locator('.fact', { hasText: 'Rerun as' })
      .locator('a')
      .evaluateAll((links) => links.map((link) => link.getBoundingClientRect().toJSON()));
    expect(boxes).toHaveLength(2);
    expect(boxes[1].left - boxes[0].right).toBeGreaterThan(4);
  });

  it('fits a phone: the labels of the axis are apart, and what blocks it is a list', async () => {
    await worker('phone').create({ method: 'test.v1.Parent' });
    await worker('phone').wait({ children: ['operations/far-away'] });
    await reaches('phone', 'WAITING');
    const page = await open('phone');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.locator('.leaves td').first().waitFor();
    expect(await page.locator('.leaves thead').isVisible()).toBe(false);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    for (let zoom = 0; zoom < 6; zoom++) {
      const boxes = await page
        .locator('.axis text')
        .evaluateAll((labels) => labels.map((label) => label.getBoundingClientRect().toJSON()));
      const sorted = boxes.sort((a, b) => a.left - b.left);
      for (const [index, box] of sorted.entries()) {
        expect(box.left).toBeGreaterThanOrEqual(sorted[index - 1]?.right ?? 0);
      }
      await page.getByRole('button', { name: 'Zoom in' }).click();
    }
  });

  it('groups a thousand children by outcome, and reads them page by page', async () => {
    const names = Array.from({ length: CHILDREN }, (_, index) => `many.${String(index).padStart(4, '0')}`);
    await worker('many').create({ method: 'test.v1.Many' });
    await Promise.all(names.map((name) => worker(name).create({ parent: 'operations/many' })));
    await worker('many').wait({ children: names.map((name) => `operations/${name}`) });
    await reaches('many', 'WAITING');
    await Promise.all(names.slice(0, 990).map((name) => worker(name).succeed()));
    await worker(names[990] ?? '').fail({ code: 8, message: 'too large' });

    const page = await open('many');
    const tree = page.getByRole('tree');
    await tree.getByText('991 / 1,000').waitFor();
    await tree.getByText('too large').waitFor();
    const succeeded = tree.getByRole('treeitem', { name: /990 succeeded/ });
    expect(await succeeded.getAttribute('aria-expanded')).toBe('false');
    await succeeded.click();
    await tree.getByRole('link', { name: 'many.0099', exact: true }).waitFor();
    expect(await tree.getByRole('link', { name: 'many.0100', exact: true }).count()).toBe(0);
    await tree.getByRole('button', { name: 'Show more' }).click();
    await tree.getByRole('link', { name: 'many.0199', exact: true }).waitFor();
    expect(await hindrances(page)).toEqual([]);
    expect(await page.locator('.timeline rect.bar').count()).toBeGreaterThan(CHILDREN);
  });

  it('moves in the tree by keys', async () => {
    await worker('top').create();
    await worker('middle').create({ parent: 'operations/top' });
    await worker('bottom').create({ parent: 'operations/middle' });
    await worker('middle').wait({ children: ['operations/bottom'] });
    await worker('top').wait({ children: ['operations/middle'] });
    await reaches('top', 'WAITING');
    const page = await open('top');
    await page.getByRole('tree').getByRole('link', { name: 'middle' }).waitFor();
    await page.getByRole('treeitem', { name: /Wait 1/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tree').getByRole('link', { name: 'bottom' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/operations\/bottom$/);
  });

  it('shows payloads as text, whatever they contain', async () => {
    const script = '<script>document.title="taken"</script><img src=x onerror="document.title=\'taken\'">';
    const arabic = 'مرحبا \u202Eabc';
    await worker('hostile').create({ method: script.slice(0, 200), labels: { note: script.slice(0, 60) } });
    await worker('hostile').progress({ script, arabic, [script]: 1, long: 'x'.repeat(1_000_000) });
    await worker('hostile').fail({ code: 3, message: `${script} ${arabic}` });
    await reaches('hostile', 'FAILED');
    const page = await open('hostile');
    const metadata = page.getByRole('region', { name: 'metadata as JSON' });
    await metadata.getByText(script).first().waitFor();
    await metadata.getByText('1,000,000 characters').waitFor();
    await page.getByRole('region', { name: 'How it ended' }).getByText(script).first().waitFor();
    expect(await page.title()).toBe('Operations');
    expect(await page.locator('img[src=x]').count()).toBe(0);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download metadata' }).click();
    expect((await download).suggestedFilename()).toBe('operations-hostile-metadata.json');
  });

  it('shows the input, and the size of one that is too large', async () => {
    const create = (operationId: string, value: object) =>
      fetch(`${system.operationsUrl}/v1/operations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          operationId,
          method: 'test.v1.Print',
          input: { '@type': 'type.googleapis.com/google.protobuf.Struct', value },
        }),
      });
    await create('with-input', { pages: ['cover'] });
    await create('large-input', { text: 'x'.repeat(70_000) });
    let page = await open('with-input');
    await page.getByRole('region', { name: 'input as JSON' }).getByText('"cover"').waitFor();
    await page.close();
    page = await open('large-input');
    await page.getByText('The input has 68.4 KiB and is not shown').waitFor();
    expect(await page.getByRole('region', { name: 'input as JSON' }).count()).toBe(0);
  });

  it('cancels once what that does was read', async () => {
    await worker('running').create({ method: 'test.v1.Long' });
    await reaches('running', 'RUNNING');
    const page = await open('running');
    await page.getByRole('button', { name: 'Cancel…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Its worker gets a CANCEL signal.').waitFor();
    expect(await hindrances(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await page.getByText('asked to stop').count()).toBe(0);

    await page.getByRole('button', { name: 'Cancel…' }).click();
    await dialog.getByRole('button', { name: 'Cancel the operation' }).click();
    await page.locator('.badge', { hasText: 'asked to stop' }).waitFor();
  });

  it('deletes, and says that the operation is gone', async () => {
    await worker('unwanted').create();
    await reaches('unwanted', 'RUNNING');
    const page = await open('unwanted');
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('dialog').getByText('It is not cancelled.').waitFor();
    await page.getByRole('button', { name: 'Delete the operation' }).click();
    await page.waitForURL(/\/$/);
    await reaches('unwanted', 404);
    await page.goto(`${system.url}/operations/unwanted`);
    await page.getByRole('heading', { name: 'unwanted cannot be shown' }).waitFor();
  });

  it('shows an unknown operation as soon as it is there', async () => {
    const page = await open('not-yet');
    await page.getByRole('heading', { name: 'not-yet cannot be shown' }).waitFor();
    await worker('not-yet').create({ method: 'test.v1.Late' });
    await page.getByRole('link', { name: 'test.v1.Late' }).waitFor();
  });

  it('keeps the typed text when an action is refused, and shows the reason', async () => {
    await worker('waiting-for-word').create();
    await reaches('waiting-for-word', 'RUNNING');
    const page = await open('waiting-for-word');
    await page.route('**/v1/operations/*:notify', (route) =>
      route.fulfill({
        status: 400,
        json: { error: { code: 400, status: 'FAILED_PRECONDITION', message: 'The operation has ended.' } },
      }),
    );
    await page.getByRole('button', { name: 'Notify…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('approved');
    await page.getByLabel('Payload (JSON)').fill('{"by": ');
    expect(await page.getByRole('button', { name: 'Send the notification' }).isDisabled()).toBe(true);
    await page.getByLabel('Payload (JSON)').fill('{"by": "ann"}');
    const sent = page.waitForRequest('**/v1/operations/*:notify');
    await page.getByRole('button', { name: 'Send the notification' }).click();
    await page.getByRole('alert').getByText('The operation has ended.').waitFor();
    expect(await page.getByLabel('Payload (JSON)').inputValue()).toBe('{"by": "ann"}');
    const first = (await sent).postDataJSON();
    const again = page.waitForRequest('**/v1/operations/*:notify');
    await page.getByRole('button', { name: 'Send the notification' }).click();
    // If an answer was lost, a repeat changes nothing twice.
    expect((await again).postDataJSON()).toEqual(first);
    expect(first).toMatchObject({ name: 'approved', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });
});
