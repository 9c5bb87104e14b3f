// How faithful the simulated exchanges are: clients that nobody here wrote, ccxt and tardis-dev, list and stream from all of
// them with their URLs pointed there, and every best bid and ask they tell is compared with what was sent.
// Options: --seconds N of streaming (default 10), --symbols N (5), --rate N quotes a second over all (800), --seed N.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCcxt } from './fidelity-ccxt.mjs';
import { runTardis, tardisMissing } from './fidelity-tardis.mjs';
import { option } from './place.mjs';

const seconds = option('seconds', 10);
const symbols = option('symbols', 5);
const rate = option('rate', 800);
const seed = option('seed', (Date.now() % 2 ** 31) + 1);
/** Listing, connecting and subscribing of one client. */
const START_S_MAX = 45;
/** A ticker channel of one push a second must tell this much of a symbol. */
const QUOTES_MIN = Math.max(1, Math.floor(seconds / 2) - 1);

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const named = (name) => `${name} ${dependencies[name]}`;
console.log(
  `seed ${seed}, ${symbols} symbols an exchange, ${rate} quotes/s, ${seconds} s, node ${process.version}`,
);
const columns = [await ofCcxt(), await ofTardis()];
const ok = print(columns);
console.log(ok ? 'holds: all that the clients support' : 'DOES NOT HOLD');
process.exit(ok ? 0 : 1);

async function ofCcxt() {
  const cells = await inWorld(async (exchange, world, told) => {
    let over = false;
    const run = await within(
      START_S_MAX,
      runCcxt(exchange, world, told, () => over),
    );
    const { watching, close, method, listed } = run;
    let failure;
    watching.catch((error) => {
      if (!over) failure = error;
    });
    await sleep(seconds);
    over = true;
    await close();
    if (failure !== undefined) throw failure;
    return { method, listed };
  }, isWithin);
  return { client: named('ccxt'), cells };
}

async function ofTardis() {
  const cells = await inWorld(async (exchange, world, told) => {
    const missing = tardisMissing(exchange);
    if (missing !== null) return { missing };
    const endMs = Date.now() + seconds * 1_000;
    await within(
      START_S_MAX + seconds,
      runTardis(exchange, world, told, () => Date.now() >= endMs),
    );
    return { method: 'book_ticker' };
  }, isStart);
  return { client: named('tardis-dev'), cells };
}

/** Runs one client at every exchange of a fresh world at once; `isTrue` judges what it told of one symbol. */
async function inWorld(run, isTrue) {
  const path = fileURLToPath(new URL('fidelity-world.mjs', import.meta.url));
  const child = fork(path, [seed, symbols, rate].map(String));
  const [world] = await once(child, 'message');
  const told = {};
  const results = await Promise.all(
    Object.keys(world.urls).map(async (exchange) => {
      told[exchange] = new Map();
      try {
        return [exchange, await run(exchange, world, (...quote) => keep(told[exchange], quote))];
      } catch (error) {
        return [exchange, { failure: String(error?.message ?? error) }];
      }
    }),
  );
  child.send('sent');
  const [{ sent }] = await once(child, 'message');
  child.disconnect();
  return new Map(
    results.map(([exchange, result]) => {
      const total = world.listings[exchange].length;
      return [exchange, { ...result, total, ...judged(told[exchange], sent[exchange], isTrue) }];
    }),
  );
}

function keep(bySymbol, [symbol, bid, ask]) {
  if (!bySymbol.has(symbol)) bySymbol.set(symbol, []);
  bySymbol.get(symbol).push(bid, ask);
}

function judged(bySymbol, sent, isTrue) {
  let [streams, quotes, equal] = [0, 0, 0];
  for (const [symbol, told] of bySymbol) {
    quotes += told.length / 2;
    equal += isTrue(told, sent[symbol] ?? []);
    if (told.length / 2 >= QUOTES_MIN) streams++;
  }
  return { streams, quotes, equal };
}

/** ccxt tells the newest of what came: how many of the pairs told stand in what was sent, in its order. */
function isWithin(told, sent) {
  let [at, equal] = [0, 0];
  for (let index = 0; index < told.length; index += 2) {
    let next = at;
    while (next < sent.length && !(sent[next] === told[index] && sent[next + 1] === told[index + 1]))
      next += 2;
    if (next >= sent.length) continue;
    equal++;
    at = next;
  }
  return equal;
}

/** tardis-dev tells everything: how many of the pairs told are those sent, one for one from the first. */
function isStart(told, sent) {
  let equal = 0;
  for (let index = 0; index < told.length; index += 2)
    if (sent[index] === told[index] && sent[index + 1] === told[index + 1]) equal++;
  return equal;
}

/** Prints the table; true when nothing that is supported failed. */
function print(columns) {
  let ok = true;
  for (const { client, cells } of columns) {
    const isLister = client.startsWith('ccxt');
    console.log(`\n${client}\n${row('exchange', 'lists', 'streams', 'prices equal', 'by')}`);
    for (const [exchange, cell] of cells) {
      const { missing, failure, method = '', listed, streams, total, quotes, equal } = cell;
      if (missing !== undefined) {
        console.log(row(exchange, '-', '-', '-', `not supported by the client: ${missing}`));
        continue;
      }
      const listing = isLister ? `${listed ?? 0} of ${total}` : '-';
      const holds =
        failure === undefined && (!isLister || listed === total) && streams === total && equal === quotes;
      ok &&= holds;
      const note = holds ? method : `FAILS ${method} ${failure ?? ''}`;
      console.log(row(exchange, listing, `${streams} of ${total}`, `${equal} of ${quotes}`, note));
    }
  }
  console.log('\ntardis-dev lists nothing at an exchange: its symbols come from its vendor.');
  return ok;
}

function row(exchange, lists, streams, prices, note) {
  const cells = [exchange.padEnd(12), lists.padEnd(9), streams.padEnd(9), prices.padEnd(14)];
  return `${cells.join(' ')} ${note}`;
}

function sleep(s) {
  return new Promise((resolve) => setTimeout(resolve, s * 1_000));
}

async function within(s, work) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${s} s`)), s * 1_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
