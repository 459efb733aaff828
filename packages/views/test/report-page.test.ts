// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ResultDocument } from '@lguest-sim/simulation';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportData } from '../src/report/report-data.js';
import { reportHtml } from '../src/report/report-html.js';
import { noBrowser, startBrowser } from './support/browser.js';
import { historyOf } from './support/run.js';

const shell = readFileSync(fileURLToPath(new URL('../dist/report.html', import.meta.url)), 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'lguest-sim-report-'));
const file = join(directory, 'report.html');
const sections = [
  'timeline',
  'counts',
  'hit-rate',
  'remaps',
  'slots',
  'heat',
  'all-counts',
  'guests',
];
let result: ResultDocument;
let browser: Browser;

/** Opens the page; what it has to complain about is collected, and so is what it asks the network for. */
async function open(width: number, colorScheme: 'light' | 'dark') {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('#guests table');
  return { page, complaints, requests };
}

/** How many colours a plot's pixels have, and their mean brightness from 0 to 255. */
function pixelsOf(page: Page, id: string): Promise<{ colours: number; brightness: number }> {
  return page.evaluate((section) => {
    type Canvas = {
      width: number;
      height: number;
      getContext(kind: '2d'): {
        getImageData(...area: number[]): { data: Uint8ClampedArray };
      };
    };
    const scope = globalThis as unknown as {
      document: { querySelector(selector: string): Canvas };
    };
    const canvas = scope.document.querySelector(`#${section} canvas`);
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set<number>();
    let brightness = 0;
    let drawn = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3]! < 200) continue;
      colours.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
      brightness += (data[at]! + data[at + 1]! + data[at + 2]!) / 3;
      drawn++;
    }
    return { colours: colours.size, brightness: brightness / Math.max(1, drawn) };
  }, id);
}

const text = (page: Page, selector: string) => page.locator(selector).innerText();

const title = noBrowser
  ? `the report in a browser (left out: ${noBrowser})`
  : 'the report in a browser';

describe.skipIf(noBrowser)(title, { timeout: 180_000 }, () => {
  beforeAll(async () => {
    const run = await historyOf();
    ({ result } = run);
    writeFileSync(file, reportHtml(shell, reportData(result, run.history)));
    browser = await startBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true });
  });

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [2500, 'dark'],
  ] as const)(
    'is whole at %i pixels, %s: nothing to complain of, nothing from the network, nothing beside the page',
    async (width, scheme) => {
      const { page, complaints, requests } = await open(width, scheme);
      for (const id of sections) expect(await page.locator(`#${id} h2`).isVisible()).toBe(true);
      for (const id of sections.slice(0, 6)) {
        const { colours } = await pixelsOf(page, id);
        expect([id, colours > 3]).toEqual([id, true]);
      }
      const widest = await page.evaluate(
        () =>
          (globalThis as unknown as { document: { documentElement: { scrollWidth: number } } })
            .document.documentElement.scrollWidth,
      );
      expect(widest).toBeLessThanOrEqual(width);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([pathToFileURL(file).href]);
      await page.close();
    },
  );

  it("shows the run's own numbers", async () => {
    const { page } = await open(1280, 'light');
    const { totals, guests } = result;
    const numbers = await page.locator('#all-counts tbody tr').allInnerTexts();
    const row = (name: string) =>
      numbers.find((line) => line.startsWith(`${name}\t`))?.split('\t')[1];
    expect(row('accesses')).toBe(totals.accesses.toLocaleString('en-US'));
    expect(row('world switches')).toBe(totals.worldSwitches.toLocaleString('en-US'));
    expect(row('slot evictions')).toBe(String(totals.slotEvictions));
    expect(row('SET_PTE')).toBe(String(totals.hypercalls['SET_PTE']));
    expect(await text(page, '#head')).toContain('3 host CPUs, 2 guests with 8 MiB each');
    const processes = guests.reduce((all, guest) => all + guest.processes.length, 0);
    expect(await page.locator('#guests tbody td:first-of-type').count()).toBe(processes);
    // A trace's name is text, whatever is in it.
    expect(await text(page, '#guests')).toContain('<b>zipf');
    await page.close();
  });

  it('tells what a count means when it is pointed at, and when it has the focus', async () => {
    const { page } = await open(1280, 'dark');
    const name = page.locator('#all-counts .term', { hasText: /^slot evictions$/ });
    await name.evaluate((node) => {
      (node as unknown as { scrollIntoView(options: object): void }).scrollIntoView({
        block: 'center',
      });
    });
    await name.hover();
    expect(await text(page, '#tip')).toBe(
      'table switches that took over the slot of another table',
    );
    await page.mouse.move(0, 0);
    expect(await page.locator('#tip').isVisible()).toBe(false);
    await name.focus();
    expect(await page.locator('#tip').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('#tip').isVisible()).toBe(false);
    await page.close();
  });

  it('can be used with the keyboard: plots tell their numbers, and zoom together', async () => {
    const { page } = await open(1280, 'light');
    const whole = await text(page, '#window output');
    await page.locator('#hit-rate .plot').focus();
    await page.keyboard.press('ArrowRight');
    expect(await text(page, '#hit-rate .readout')).toMatch(
      /^cycles [\d,]+ to [\d,]+: .* translations$/,
    );
    await page.keyboard.press('+');
    const zoomed = await text(page, '#window output');
    expect(zoomed).not.toBe(whole);
    await page.locator('#window button').focus();
    await page.keyboard.press('Enter');
    expect(await text(page, '#window output')).toBe(whole);
    await page.locator('#counts summary').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#counts tbody tr');
    expect(await page.locator('#counts tbody tr').count()).toBeGreaterThan(10);
    await page.close();
  });

  it('is dark when the system is, and follows when that changes', async () => {
    const { page } = await open(1280, 'light');
    const background = () =>
      page.locator('#heat').evaluate((node) => {
        const scope = globalThis as unknown as {
          getComputedStyle(of: unknown): { backgroundColor: string };
        };
        return scope.getComputedStyle(node).backgroundColor;
      });
    expect(await background()).toBe('rgb(255, 255, 255)');
    const light = await pixelsOf(page, 'timeline');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).toBe('rgb(23, 30, 38)');
    // The page hears of the change with the next frame, which on a busy machine may be some time from now.
    const brightness = async () => (await pixelsOf(page, 'timeline')).brightness;
    await expect.poll(brightness, { timeout: 10_000 }).not.toBe(light.brightness);
    await page.close();
  });
});
