// The page in a real browser, for one test file: built, served and watched. Every page must stay free of
// script errors, breaches of the content policy and requests to other hosts.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { promisify } from 'node:util';
import type { Browser, Locator, Page } from 'playwright-core';
import { chromiumMissing, launchChromium } from './chromium.js';
import { type PageServer, startPageServer } from './page-server.js';
import { FAILED_REQUEST, watchPage } from './real-page.js';
import { projectRoot } from './shared.js';

export const CHARTS = '/api/charts';
export const OPPORTUNITIES = '/api/opportunities';
/** Waiting for a condition ends here. */
export const WAIT = { timeout: 10_000 };

export interface PageRun {
  /** Failed requests are what the test is about. */
  readonly broken?: boolean;
  /** CSS pixels. */
  readonly width?: number;
  /** Default: dark. */
  readonly colorScheme?: 'dark' | 'light';
  /** Default: `en-US`. */
  readonly locale?: string;
}

export interface PageBench {
  /** The folder of the built page; filled before the first test. */
  directory(): string;
  withPage(run: PageRun, steps: (page: Page, server: PageServer) => Promise<void>): Promise<void>;
}

/** Builds the page and starts one browser for the tests of the calling file; both end with them. */
export function pageBench(): PageBench {
  let directory = '';
  let browser: Browser | undefined;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spread-web-'));
    await promisify(execFile)(process.execPath, [join(projectRoot(), 'scripts', 'build-web.mjs'), directory]);
    if (chromiumMissing() === false) browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await rm(directory, { recursive: true });
  });
  return {
    directory: () => directory,
    async withPage(run, steps) {
      assert.ok(browser !== undefined, 'a test without { skip: chromiumMissing() }');
      const server = await startPageServer(directory);
      const context = await browser.newContext({
        viewport: { width: run.width ?? 1_380, height: 900 },
        colorScheme: run.colorScheme ?? 'dark',
        locale: run.locale ?? 'en-US',
      });
      try {
        const page = await context.newPage();
        const wrong = watchPage(page, server.url, run.broken === true ? FAILED_REQUEST : null);
        await steps(page, server);
        assert.deepEqual(wrong, []);
      } finally {
        await context.close();
        await server.close();
      }
    },
  };
}

/** Waits until the status line holds these words. */
export async function statusIs(page: Page, words: string): Promise<void> {
  await page.locator('#status', { hasText: words }).waitFor(WAIT);
}

export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent(WAIT)) ?? '';
}

/** Keeps a picture for those who want to look, in artefacts/ (not in the repository). */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const directory = join(projectRoot(), 'artefacts');
  await mkdir(directory, { recursive: true });
  await page.screenshot({ path: join(directory, name) });
}

/** Answers the charts by hand: bytes are sent when the test says; `null` cuts the connection. */
export function hold(server: PageServer): Promise<(bytes: Buffer | null, end?: boolean) => void> {
  return new Promise((resolve) => {
    server.answers.set(CHARTS, (response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders();
      resolve((bytes, end = false) => {
        if (bytes === null) response.destroy();
        else if (end) response.end(bytes);
        else response.write(bytes);
      });
    });
  });
}
