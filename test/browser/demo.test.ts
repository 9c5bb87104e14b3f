// The demo as a newcomer sees it: started as the README says, looked at in a real browser.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { keepPicture } from '../support/page.js';
import { startProgram, testFolder } from '../support/program.js';

/** What a start may cost: with two cores of its own, a demo shows its first chart well within 15 seconds then. */
const START_CPU_S_MAX = 15;

test('the demo shows history charts soon after its start', {
  skip: chromiumMissing(),
}, async (t) => {
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
    const startCpuS = cpuSeconds(program.child.pid);
    t.diagnostic(`first chart after ${Date.now() - startedMs} ms and ${startCpuS} s of processor time`);
    await page.getByText(/(\d+) of \1 charts/).waitFor();
    assert.ok((await page.locator('canvas').count()) >= 10);
    await keepPicture(page, 'demo.png');
    assert.deepEqual(errors, []);
    // Processor time, not the clock's: what else runs on this machine is not the demo's doing.
    assert.ok(startCpuS < START_CPU_S_MAX, `first chart after ${startCpuS} s of processor time`);
  } finally {
    await browser.close();
    assert.equal(await program.end('SIGTERM'), 0, program.output());
    place.remove();
  }
});

/** User and system time of a process so far: fields 14 and 15 of /proc/<pid>/stat, in hundredths. */
function cpuSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
