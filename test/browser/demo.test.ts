// The demo as a newcomer sees it: started as the README says, looked at in a real browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { keepPicture } from '../support/page.js';
import { startProgram, testFolder } from '../support/program.js';

test('the demo shows history charts within 15 seconds of its start', {
  skip: chromiumMissing(),
}, async () => {
  const place = testFolder();
  const startedMs = Date.now();
  const program = await startProgram(['demo', '--lake', `${place.folder}/demo`]);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1380, height: 900 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.goto(program.url);
    await page.waitForSelector('canvas');
    const elapsedMs = Date.now() - startedMs;
    await page.getByText(/(\d+) of \1 charts/).waitFor();
    assert.ok((await page.locator('canvas').count()) >= 10);
    await keepPicture(page, 'demo.png');
    assert.deepEqual(errors, []);
    assert.ok(elapsedMs < 15_000, `first chart after ${elapsedMs} ms`);
  } finally {
    await browser.close();
    assert.equal(await program.end('SIGTERM'), 0, program.output());
    place.remove();
  }
});
