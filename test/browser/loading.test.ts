// How the page loads: one chart a line, counted; everything that goes wrong is said in words. A real browser
// against a real HTTP server whose answers the tests hold in hand.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { wave } from '../support/charts.js';
import { chromiumMissing } from '../support/chromium.js';
import {
  CHARTS,
  hold,
  keepPicture,
  OPPORTUNITIES,
  pageBench,
  statusIs,
  textOf,
  WAIT,
} from '../support/page.js';
import { json, ndjson, opportunitiesOf, text } from '../support/page-server.js';

const bench = pageBench();
const skip = chromiumMissing();

test('the built page is its few files, without an inline script or style, and its first load is under 100 KB', async () => {
  const web = bench.directory();
  const names = await readdir(web);
  for (const name of names)
    assert.match(name, /^(app\.css|app\.js|icon\.svg|index\.html|part-[A-Z0-9]{8}\.js)$/);
  const html = await readFile(join(web, 'index.html'), 'utf8');
  assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|https?:/i);
  // The parts that are imported when they are wanted are none of it.
  const first = new Set(['index.html', 'app.css', 'icon.svg', 'app.js']);
  for (const name of first) {
    const text = await readFile(join(web, name), 'utf8');
    for (const [, part] of text.matchAll(/(?:from|import)\s*"\.\/(part-[A-Z0-9]{8}\.js)"/g)) first.add(part!);
  }
  assert.ok(first.size > 4 && first.size < names.length, [...first].join());
  let bytes = 0;
  for (const name of first) bytes += gzipSync(await readFile(join(web, name))).length;
  assert.ok(bytes < 100_000, `${bytes} bytes by gzip`);
});

test('draws charts one by one before the stream ends, and counts them', { skip }, async () => {
  await bench.withPage({}, async (page, server) => {
    const charts = [wave('BTC/USDT'), wave('ÐOGE/USDT'), wave('SOL/USDT')];
    const write = hold(server);
    server.answers.set(OPPORTUNITIES, opportunitiesOf(charts));
    await page.goto(server.url);
    await statusIs(page, '0 of 3 charts');
    const send = await write;
    const bytes = charts.map((chart) => Buffer.from(`${JSON.stringify(chart)}\n`));
    send(bytes[0]!);
    await statusIs(page, '1 of 3 charts');
    assert.equal(await page.locator('.card canvas').count(), 1);
    // A line cut inside the two bytes of one letter is still one line.
    const cut = bytes[1]!.indexOf(0xc3) + 1;
    send(bytes[1]!.subarray(0, cut));
    await page.evaluate(`fetch('/api/health').then((reply) => reply.text())`);
    send(Buffer.concat([bytes[1]!.subarray(cut), bytes[2]!.subarray(0, 40)]));
    await statusIs(page, '2 of 3 charts');
    assert.match(await textOf(page.locator('.card h2').nth(1)), /^ÐOGE\/USDT \(Binance \/ Bybit\)$/);
    send(bytes[2]!.subarray(40), true);
    await statusIs(page, '3 of 3 charts, done');
    assert.deepEqual(
      server.asked.filter((path) => path.startsWith(CHARTS)),
      [`${CHARTS}?points=2000`],
    );
  });
});

test('says in words that a stream broke off, keeps what came, and loads all on the next try', {
  skip,
}, async () => {
  await bench.withPage({ broken: true }, async (page, server) => {
    const charts = [wave('BTC/USDT'), wave('ETH/USDT')];
    const lines = charts.map((chart) => JSON.stringify(chart));
    const write = hold(server);
    server.answers.set(OPPORTUNITIES, opportunitiesOf(charts));
    await page.goto(server.url);
    const send = await write;
    send(Buffer.from(`${lines[0]}\n${lines[1]?.slice(0, 99)}`));
    await statusIs(page, '1 of 2 charts');
    send(null);
    await statusIs(page, 'Broke off after 1 of 2 charts');
    assert.match(await textOf(page.getByRole('alert')), /charts\?points=2000 broke off before its end/);
    assert.equal(await page.locator('.card').count(), 1);
    await keepPicture(page, 'page-broken.png');
    server.answers.set(CHARTS, ndjson(lines));
    await page.getByRole('button', { name: 'Try again' }).click();
    await statusIs(page, '2 of 2 charts, done');
    assert.equal(await page.locator('.card').count(), 2);
    assert.equal(await page.getByRole('alert').count(), 0);
  });
});

test('shows an error reply as words, JSON or HTML, and offers to try again', { skip }, async () => {
  await bench.withPage({ broken: true }, async (page, server) => {
    server.answers.set(OPPORTUNITIES, text(502, 'text/html', '<h1>Bad <script>gateway</script></h1>'));
    await page.goto(server.url);
    await statusIs(page, 'Loading failed');
    const alert = page.getByRole('alert');
    assert.equal(await textOf(alert), `${OPPORTUNITIES} answered 502 Bad Gateway (text/html)`);
    server.answers.set(OPPORTUNITIES, opportunitiesOf([wave('BTC/USDT')]));
    server.answers.set(CHARTS, json({ error: 'too many charts at once' }, 503));
    await page.getByRole('button', { name: 'Try again' }).click();
    await alert.filter({ hasText: 'too many charts at once' }).waitFor(WAIT);
    server.answers.set(CHARTS, text(200, 'text/html', '<p>a login page</p>'));
    await page.getByRole('button', { name: 'Try again' }).click();
    await alert.filter({ hasText: 'did not answer with NDJSON (text/html)' }).waitFor(WAIT);
  });
});

test('says why there is nothing to draw, and then asks for no charts', { skip }, async () => {
  await bench.withPage({}, async (page, server) => {
    const warning = 'no statistics file in data/stats <b>yet</b>';
    server.answers.set(OPPORTUNITIES, json({ opportunities: [], warnings: [warning] }));
    await page.goto(server.url);
    await statusIs(page, 'No opportunities');
    assert.equal(await textOf(page.locator('#notices')), warning);
    assert.ok(!server.asked.some((path) => path.startsWith(CHARTS)));
    await keepPicture(page, 'page-empty.png');
    server.answers.set(OPPORTUNITIES, json({ opportunities: [] }));
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByText('No pair passes the filter.').waitFor(WAIT);
  });
});

test('counts a malformed line, says so, and draws the others', { skip }, async () => {
  await bench.withPage({}, async (page, server) => {
    const charts = [wave('BTC/USDT'), wave('ETH/USDT'), wave('SOL/USDT'), wave('XRP/USDT')];
    const short = { ...wave('ETH/USDT'), upperBand: [1] };
    const lines = [
      JSON.stringify(charts[0]),
      '{"symbol":',
      JSON.stringify(short),
      '',
      JSON.stringify(charts[3]),
    ];
    server.answers.set(OPPORTUNITIES, opportunitiesOf(charts));
    server.answers.set(CHARTS, ndjson(lines));
    await page.goto(server.url);
    await statusIs(page, '2 of 4 charts, done');
    const notices = await textOf(page.locator('#notices'));
    assert.match(notices, /2 lines of the stream could not be read: not JSON; columns of different length\./);
    assert.match(notices, /Without a chart: 2 pairs of the 4\./);
  });
});
