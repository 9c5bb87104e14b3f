// Gate.io USDT perpetuals, simulated: `/api/v4/futures/usdt/…` and the futures socket `/v4/ws/usdt`.
// Source: Gate API v4 docs, and what other public clients captured. Sizes are told in contracts: numbers,
// rounded down, unless the handshake asks for exact texts by `X-Gate-Size-Decimal: 1`.

import { type Micros, US_PER_SECOND } from '../../core/time.js';
import type { RestReply, SimBook, SimExchange, SimListed } from '../exchange.js';
import { decimalText, lastPrice, quoteTexts } from '../wire.js';
import { GateConversation, type GateRules, gateio } from './gateio.js';

/** Contracts that trade in tenths; all others in whole ones. */
const DECIMAL_COINS = new Set(['ETH', 'SOL', 'XRP']);

const RULES: GateRules = {
  family: 'futures',
  symbolWord: 'contract',
  // Those settled in bitcoin are on a socket of their own.
  isForeign: (symbol) => /^[A-Z0-9]+_USD$/.test(symbol),
  sizeField: (text = '0', isExact) => (isExact ? text : Math.floor(Number(text))),
};

export const gateioPerp: SimExchange = {
  closingNotice: (nowUs) =>
    JSON.stringify({
      time: Math.floor(nowUs / US_PER_SECOND),
      channel: 'futures.system',
      event: 'update',
      result: { type: 'upgrade', msg: 'The service will be upgraded soon' },
    }),
  name: 'GateIoPerp',
  market: 'linear',
  recordingKey: 'gate-futures',
  givesTime: true,
  restPrefix: '/api/v4',
  wsPath: '/v4/ws/usdt',
  connectLimit: null,
  ...(gateio.restLimit === undefined ? {} : { restLimit: gateio.restLimit }),
  contractOf(base, sizeDecimals) {
    const decimals = DECIMAL_COINS.has(base) ? 1 : 0;
    return { size: Number(`1e${1 + decimals - sizeDecimals}`), decimals };
  },
  exchangeSymbolOf: gateio.exchangeSymbolOf,
  splitSymbol: gateio.splitSymbol,
  symbolOfFrame: gateio.symbolOfFrame,
  rest,
  acceptsWsPath: (pathname) => /^\/v4\/ws\/usdt\/?$/.test(pathname),
  open: (_path, peer, book, nowUs) => new GateConversation(RULES, peer, book, nowUs),
};

function rest(path: URL, book: SimBook, nowUs: Micros): RestReply {
  switch (path.pathname) {
    case '/api/v4/spot/time':
      return { status: 200, body: { server_time: Math.floor(nowUs / 1_000) } };
    case '/api/v4/futures/usdt/contracts':
      return { status: 200, body: [...book.listing.map((listed) => contract(listed)), ...stocks(book)] };
    case '/api/v4/futures/btc/contracts':
      return { status: 200, body: [] };
    case '/api/v4/futures/usdt/tickers':
      return { status: 200, body: book.listing.map((listed) => ticker(book, listed, nowUs)) };
    default:
      return { status: 404, body: { label: 'URL_NOT_FOUND', message: 'url not found' } };
  }
}

/** Contracts on stocks share the list. */
function stocks(book: SimBook): readonly unknown[] {
  return book.listing
    .slice(0, 1)
    .map((listed) => contract({ ...listed, exchangeSymbol: 'TSLA_USDT' }, { contract_type: 'stocks' }));
}

function contract(listed: SimListed, differing: Readonly<Record<string, string>> = {}): unknown {
  const isDecimal = listed.sizeDecimals > 0;
  return {
    name: listed.exchangeSymbol,
    type: 'direct',
    quanto_multiplier: plainText(listed.contractSize),
    order_price_round: decimalText(listed.tickSize, listed.priceDecimals),
    mark_price_round: decimalText(listed.tickSize, listed.priceDecimals),
    order_size_min: isDecimal ? '0.1' : 1,
    order_size_max: 1_000_000,
    enable_decimal: isDecimal,
    leverage_min: '1',
    leverage_max: '100',
    maker_fee_rate: '-0.00005',
    taker_fee_rate: '0.0005',
    funding_interval: 28_800,
    in_delisting: !listed.trading,
    status: 'trading',
    contract_type: '',
    create_time: 1_600_000_000,
    ...differing,
  };
}

/** A power of ten as text without an exponent. */
function plainText(size: number): string {
  return size >= 1 ? String(size) : decimalText(size, Math.round(-Math.log10(size)));
}

function ticker(book: SimBook, listed: SimListed, nowUs: Micros): unknown {
  const quote = book.quoteOf(listed.exchangeSymbol, nowUs);
  const texts = quote === undefined ? null : quoteTexts(listed, quote);
  const last = lastPrice(quote);
  const volume = decimalText(listed.quoteVolume24h, 0);
  const baseVolume = last > 0 ? listed.quoteVolume24h / last : 0;
  return {
    contract: listed.exchangeSymbol,
    last: decimalText(last, listed.priceDecimals),
    lowest_ask: texts?.ask?.[0] ?? '',
    lowest_size: texts?.ask?.[1] ?? '0',
    highest_bid: texts?.bid?.[0] ?? '',
    highest_size: texts?.bid?.[1] ?? '0',
    change_percentage: '0',
    volume_24h: decimalText(baseVolume / listed.contractSize, 0),
    volume_24h_base: decimalText(baseVolume, 0),
    volume_24h_quote: volume,
    volume_24h_settle: volume,
    mark_price: decimalText(last, listed.priceDecimals),
    index_price: decimalText(last, listed.priceDecimals),
    funding_rate: '0.0001',
    quanto_base_rate: '',
  };
}
