// Finds a Chromium for the tests that look at the page. Where there is none, they skip and say so.

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A reason to skip, or false: pass it as `{ skip }` to the test. `CHROMIUM_PATH` names the binary. */
export function chromiumMissing(): string | false {
  return binary() === undefined && 'no Chromium here: install one, or name it in CHROMIUM_PATH';
}

/** A headless browser; the caller closes it. Rejects where there is none. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = binary();
  if (executablePath === undefined) throw new Error('no Chromium found');
  return await chromium.launch({ executablePath, headless: true, args: FLAGS });
}

function binary(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  return (named === undefined || named === '' ? PLACES : [named]).find((path) => existsSync(path));
}
