// The page of a real process in a real browser: opened, watched for errors, looked over by axe, and pictured. Every page must stay free
// of script errors and of requests to other hosts.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface RealPageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'dark' | 'light';
  readonly locale?: string;
  /** Failed requests are what the test is about. */
  readonly broken?: boolean;
}

/** Runs the steps on a page of its own; fails for what went wrong on it. */
export async function withRealPage(
  browser: Browser,
  url: string,
  options: RealPageOptions,
  steps: (page: Page) => Promise<void>,
): Promise<void> {
  const { width = 1_380, height = 900, colorScheme = 'dark', locale = 'en-US', broken = false } = options;
  const context = await browser.newContext({
    ...{ viewport: { width, height }, colorScheme, locale, acceptDownloads: true },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const wrong: string[] = [];
  try {
    const page = await context.newPage();
    page.on('pageerror', (error) => wrong.push(`script error: ${error.message}`));
    page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith('http') && host !== new URL(url).host) wrong.push(`asked ${request.url()}`);
    });
    page.on('console', (message) => {
      const failed = broken && /Failed to load resource|WebSocket connection to /.test(message.text());
      if (message.type() === 'error' && !failed) wrong.push(`console: ${message.text()}`);
    });
    await page.goto(url);
    await steps(page);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

/** What axe finds against the rules of WCAG A and AA, in words. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found = (await page.evaluate(`axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
    resultTypes: ['violations'],
  })`)) as { violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] };
  return found.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes
        .map(({ html }) => html.slice(0, 160))
        .slice(0, 3)
        .join(' | ')}`,
  );
}
