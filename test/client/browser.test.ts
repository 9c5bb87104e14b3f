import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFeedV2 } from '../feed/v2-stage.js';
import { chromiumMissing, launchChromium } from '../support/chromium.js';
import { projectRoot } from '../support/shared.js';
import { until } from '../support/wait.js';

/** Takes the client as the package has it, without a bundler, and shows what it gets. */
const page = (url: string, format: string) => `<!doctype html><script type="module">
import { FeedClient } from '/client/index.js';
const said = [];
globalThis.said = said;
const feed = new FeedClient({ url: '${url}', streams: ['quotes'], format: '${format}', conflate: 0, retryMsMin: 1 });
feed.on('quote', ({ bid, flags }) => said.push(bid + ' ' + flags));
feed.on('hole', ({ reason }) => said.push(reason));
feed.on('control', ({ type }) => said.push(type));
</script>`;

test('in a browser, by its own WebSocket, in either form: quotes, a cut, and on without a hole', {
  skip: chromiumMissing(),
}, async (t) => {
  const stage = await startFeedV2();
  t.after(() => stage.close());
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '/').split('?')[0] as string;
    if (/^\/(client|feed)\/[a-z-]+\.js$/.test(path)) {
      response.setHeader('content-type', 'text/javascript');
      response.end(await readFile(join(projectRoot(), 'build/src', path)));
    } else {
      response.setHeader('content-type', 'text/html');
      response.end(page(stage.url, path.slice(1)));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const browser = await launchChromium();
  t.after(() => browser.close());
  for (const [at, format] of ['json', 'binary'].entries()) {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${format}`);
    const said = () => tab.evaluate('globalThis.said') as Promise<string[]>;
    await until('ready', async () => (await said()).includes('ready'));
    stage.quote('Binance', 'BTC/USDT', 10 + at, 12);
    await until('a quote', async () => (await said()).includes(`${10 + at} `));
    stage.cut();
    stage.quote('Binance', 'BTC/USDT', 20 + at, 22);
    await until('ready again', async () => (await said()).filter((one) => one === 'ready').length === 2);
    const binary = format === 'binary' ? ['20 snapshot'] : [];
    assert.deepEqual(
      (await said()).filter((one) => one !== 'hello' && one !== 'instrument'),
      ['subscribed', ...binary, 'ready', `${10 + at} `, 'subscribed', `${20 + at} resumed`, 'ready'],
    );
    await tab.close();
  }
});
