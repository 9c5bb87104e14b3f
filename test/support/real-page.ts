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
  try {
    const page = await context.newPage();
    const wrong = watchPage(page, url, broken ? FAILED_REQUEST : null);
    await page.goto(url);
    await steps(page);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

/** What the console says of a request that failed. */
export const FAILED_REQUEST = /^(Failed to load resource|WebSocket connection to )/;

/** What goes wrong on the page, in words, as it happens. `expected`: errors of the console that the test is about. */
export function watchPage(page: Page, url: string, expected: RegExp | null): readonly string[] {
  const { origin } = new URL(url);
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(`script error: ${error.message}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) wrong.push(`asked another host: ${request.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() !== 'error' || expected?.test(message.text()) === true) return;
    wrong.push(`console: ${message.text()}`);
  });
  return wrong;
}

export const WCAG_A_AND_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] as const;

/** What axe finds against rules of these tags, in words; null = all its rules. */
export async function violations(
  page: Page,
  tags: readonly string[] | null = WCAG_A_AND_AA,
): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const options = { resultTypes: ['violations'], ...(tags !== null && { runOnly: tags }) };
  const found = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as {
    violations: { id: string; help: string; nodes: { html: string }[] }[];
  };
  return found.violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes
        .map(({ html }) => html.slice(0, 160))
        .slice(0, 3)
        .join(' | ')}`,
  );
}
