// One reader of best bids and asks over the same frames, in a process of its own. Prints one line of JSON: processor nanoseconds a
// frame, each of which holds one quote, and how many quotes it made of them.
//   node decode-run.mjs EXCHANGE READER     (ours, parse, tardis, ccxt)

import { framesOf, SYMBOLS } from './decode-frames.mjs';
import { compiled } from './place.mjs';

const [exchange, reader] = process.argv.slice(2);
const frames = framesOf(exchange, 20_000);
const ROUNDS = { ours: 40, parse: 8, tardis: 6, ccxt: 1 }[reader];

const readers = { ours, parse, tardis, ccxt };
const { take, counted } = await readers[reader]();
// Until it is compiled.
for (let round = 0; round < Math.max(1, ROUNDS / 4); round += 1) for (const frame of frames) take(frame);
const before = process.cpuUsage();
const quotesBefore = counted();
for (let round = 0; round < ROUNDS; round += 1) for (const frame of frames) take(frame);
const { user, system } = process.cpuUsage(before);
const quotes = counted() - quotesBefore;
const read = ROUNDS * frames.length;
console.log(JSON.stringify({ ns: ((user + system) * 1e3) / read, quotes: quotes / read }));

async function ours() {
  const { findAdapter } = await import(compiled('src/exchanges/index.js'));
  const ids = new Map(SYMBOLS[exchange].map((symbol, id) => [symbol, id]));
  const listing = { idOf: (symbol) => ids.get(symbol) ?? -1, contractSizeOf: () => 1 };
  const decoding = findAdapter(exchange).createDecoder(listing);
  let quotes = 0;
  const nothing = () => undefined;
  const sink = { wantsTrades: false, trade: nothing, gap: nothing, control: nothing, reject: nothing };
  sink.quote = () => {
    quotes += 1;
  };
  let n = 0;
  return {
    take(frame) {
      // Another round begins anew: what it repeats is not older.
      if (n === frames.length) n = 0;
      if (n === 0) decoding.reset();
      n += 1;
      decoding.decode(frame, 0, sink);
    },
    counted: () => quotes,
  };
}

async function parse() {
  let quotes = 0;
  return {
    take(frame) {
      if (JSON.parse(frame.toString('utf8')) !== null) quotes += 1;
    },
    counted: () => quotes,
  };
}

/** As its streamNormalized does with a message: parsed, asked for, mapped. */
async function tardis() {
  const { default: peer } = await import('tardis-dev');
  const id = { Binance: 'binance', Bybit: 'bybit-spot', OKX: 'okex', GateIo: 'gate-io' }[exchange];
  const mapper = peer.normalizeBookTickers(id, new Date());
  const nowUs = new Date();
  let quotes = 0;
  return {
    take(frame) {
      const message = JSON.parse(frame.toString('utf8'));
      if (!mapper.canHandle(message)) return;
      for (const { bidPrice } of mapper.map(message, nowUs) ?? []) if (bidPrice > 0) quotes += 1;
    },
    counted: () => quotes,
  };
}

/** As its client does with a message: parsed and handed to the class, which resolves what waits for it. */
async function ccxt() {
  const { default: peers } = await import('ccxt');
  const Class = peers.pro[{ Binance: 'binance', Bybit: 'bybit', OKX: 'okx', GateIo: 'gate' }[exchange]];
  const client = new Class({ newUpdates: true });
  client.setMarkets(SYMBOLS[exchange].map((symbol) => marketOf(client, symbol)));
  let quotes = 0;
  const socket = { url: `wss://${client.hostname}/spot`, subscriptions: {}, futures: {}, lastPong: 0 };
  socket.resolve = (value, hash) => {
    if (hash !== 'orderbook' && value !== undefined) quotes += 1;
    return value;
  };
  socket.reject = (error) => {
    throw error;
  };
  return {
    take: (frame) => client.handleMessage(socket, JSON.parse(frame.toString('utf8'))),
    counted: () => quotes,
  };
}

function marketOf(client, id) {
  const base = id.replace(/[-_]?USDT$/, '');
  const symbol = `${base}/USDT`;
  const common = { id, symbol, base, quote: 'USDT', baseId: base, quoteId: 'USDT', active: true };
  const kind = { type: 'spot', spot: true, margin: false, swap: false, future: false, option: false };
  const rest = { contract: false, precision: {}, limits: {}, info: {} };
  return client.safeMarketStructure({ ...common, ...kind, ...rest, lowercaseId: id.toLowerCase() });
}
