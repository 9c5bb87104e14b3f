// An exchange that exists nowhere: the smallest adapter that keeps the contract, and a server that speaks its
// protocol, so that ingest is tested without any real exchange's habits.
// With `token` it wants a POST to /token before every connection, and greets each with "hi".
//   subscribe {"sub":[…],"id":n}, unsubscribe {"unsub":[…],"id":n} · ack {"ok":n} · refusal {"no":n,"symbol":…} · quote SYMBOL,bid,ask[,update id[,exchange's time in µs]] · ping "?" pong "!"

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type DecoderSink,
  type ExchangeAdapter,
  ListingError,
  type RestTop,
} from '../../src/exchanges/exchange.js';

export const alpha: ExchangeAdapter = {
  name: 'Alpha',
  market: 'spot',
  restUrl: 'http://alpha.invalid',
  wsUrl: 'ws://alpha.invalid',
  takerFee: { percent: 0.1, asOf: '2026-01-01' },
  limits: { symbolsPerConnection: 4, symbolsPerMessage: 2, messageIntervalMs: 100, connectIntervalMs: 100 },
  ping: { intervalMs: 10_000, frame: () => '?' },
  refusalScope: 'whole',
  listingRequests: [{ key: 'symbols', path: '/symbols' }],
  parseListing: (bodies) =>
    (bodies['symbols'] as string[]).map((exchangeSymbol) => ({
      exchangeSymbol,
      base: exchangeSymbol.split('-')[0] as string,
      quote: exchangeSymbol.split('-')[1] as string,
      trading: true,
      statusText: 'on',
      quoteVolume24h: 5_000_000,
      tickSize: null,
      contractSize: 1,
    })),
  subscribeFrame: (exchangeSymbols, id) => JSON.stringify({ sub: exchangeSymbols, id }),
  unsubscribeFrame: (exchangeSymbols, id) => JSON.stringify({ unsub: exchangeSymbols, id }),
  timeRequest: { path: '/time', readMs: (body) => (body as { ms: number }).ms },
  topsRequest: { key: 'tops', path: '/tops' },
  parseTops: (body) => new Map(Object.entries(body as Record<string, RestTop>)),
  createDecoder: (listing) => ({
    reset() {},
    decode(frame, _receivedUs, sink) {
      decodeAlpha(Buffer.from(frame).toString(), listing.idOf, sink);
    },
  }),
};

/** Alpha with a token before every connection and a welcome after it. */
export const alphaToken: ExchangeAdapter = {
  ...alpha,
  awaitsWelcome: true,
  connectRequest: {
    method: 'POST',
    path: '/token',
    target(body, connectId) {
      const { url, token, pingMs } = body as { url?: string; token?: number; pingMs?: number };
      if (url === undefined) throw new ListingError('token: url is absent');
      return {
        url: `${url}/?token=${token}&id=${connectId}`,
        ...(pingMs === undefined ? {} : { pingIntervalMs: pingMs }),
      };
    },
  },
};

function decodeAlpha(text: string, idOf: (symbol: string) => number, sink: DecoderSink): void {
  if (text === '!') sink.control('pong');
  else if (text === 'hi') sink.control('welcome');
  else if (text === 'bye') sink.control('closing', { message: 'maintenance' });
  else if (text.startsWith('{')) decodeAnswer(text, sink);
  else {
    const [symbol = '', bid, ask, updateId, exchangeUs] = text.split(',');
    const id = idOf(symbol);
    if (id < 0) sink.reject('unknown-symbol', symbol);
    else if (bid === 'hole') sink.gap(id, 'sequence');
    else
      sink.quote(
        ...([id, Number(bid), 1, Number(ask), 1] as const),
        ...([Number(exchangeUs ?? Number.NaN), Number(updateId ?? Number.NaN)] as const),
      );
  }
}

function decodeAnswer(text: string, sink: DecoderSink): void {
  const { ok, no, symbol } = JSON.parse(text) as { ok?: number; no?: number; symbol?: string };
  const named = symbol === undefined ? {} : { exchangeSymbol: symbol };
  if (ok !== undefined) sink.control('subscribed', { requestId: String(ok) });
  else sink.control('subscribe-error', { requestId: String(no), ...named, message: 'unknown symbol' });
}

/** What one socket was asked for and has not been refused. */
export interface AlphaStream {
  readonly socket: WebSocket;
  readonly symbols: Set<string>;
  /** Every symbol it asked for, in order. */
  readonly asked: string[];
}

export interface AlphaServer {
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly sockets: ReadonlySet<WebSocket>;
  /** Every socket that was accepted, in order. */
  readonly streams: readonly AlphaStream[];
  /** Whether the n-th socket (from 0) refuses a symbol, beside those in `bad`. */
  refuses: (at: number, symbol: string) => boolean;
  /** What a subscription is answered with at once, by symbol: bid, ask, update id. */
  readonly tellsFirst: Map<string, string>;
  /** Every symbol asked for, in order. */
  readonly asked: string[];
  connects: number;
  /** Symbols that are refused; named in the refusal when `names`. */
  bad: Set<string>;
  names: boolean;
  answersPings: boolean;
  /** HTTP status (and Retry-After seconds) instead of an answer. */
  refuse: { status: number; retryAfterSeconds?: number } | undefined;
  symbols: unknown;
  /** What REST shows, by symbol. */
  tops: Record<string, { bid: number; ask: number }>;
  /** Every symbol given up, in order. */
  readonly givenUp: string[];
  /** Path and query of every handshake, in order. */
  readonly dialled: string[];
  /** How many tokens were given out. */
  tokens: number;
  /** What POST /token answers instead: a status, or this body. */
  tokenFault: { status?: number; retryAfterSeconds?: number; body?: unknown } | undefined;
  /** Stands in the token's answer, where set. */
  pingMs: number | undefined;
  /** True: who asks for a token gets no answer. */
  keepsToken: boolean;
  greets: boolean;
  /** How many symbols are asked for on sockets that live. */
  subscribed(): number;
  /** To the socket that asked for the symbol the text begins with; else to all. */
  send(text: string): void;
  close(): Promise<void>;
}

export async function startAlpha(symbols: readonly string[]): Promise<AlphaServer> {
  const sockets = new Set<WebSocket>();
  const subscribers = new Map<string, WebSocket>();
  const streams: AlphaStream[] = [];
  const http: Server = createServer((request, response) => {
    if (request.url === '/token') {
      if (!state.keepsToken) answerToken(request.method, response);
    } else if (request.url === '/tops' && state.refuse === undefined)
      response.end(JSON.stringify(state.tops));
    else if (state.refuse === undefined)
      response.end(typeof state.symbols === 'string' ? state.symbols : JSON.stringify(state.symbols));
    else response.writeHead(state.refuse.status, retryHeader(state.refuse)).end('slow down');
  });
  const server = new WebSocketServer({ noServer: true });
  const answerToken = (method: string | undefined, response: ServerResponse): void => {
    const fault = state.tokenFault;
    if (method !== 'POST') response.writeHead(405).end();
    else if (fault !== undefined)
      response.writeHead(fault.status ?? 200, retryHeader(fault)).end(JSON.stringify(fault.body ?? 'busy'));
    else {
      state.tokens += 1;
      response.end(JSON.stringify({ url: state.wsUrl, token: state.tokens, pingMs: state.pingMs }));
    }
  };
  http.on('upgrade', (request, socket, head) => {
    state.connects += 1;
    state.dialled.push(request.url ?? '');
    if (state.refuse !== undefined) {
      const retry = state.refuse.retryAfterSeconds;
      socket.end(
        `HTTP/1.1 ${state.refuse.status} No\r\n${retry === undefined ? '' : `Retry-After: ${retry}\r\n`}\r\n`,
      );
      return;
    }
    server.handleUpgrade(request, socket, head, (ws) => accept(ws));
  });
  const accept = (ws: WebSocket): void => {
    sockets.add(ws);
    const at = streams.push({ socket: ws, symbols: new Set(), asked: [] }) - 1;
    const { symbols, asked } = streams[at]!;
    if (state.greets) ws.send('hi');
    ws.on('close', () => {
      sockets.delete(ws);
      for (const [symbol, owner] of subscribers) if (owner === ws) subscribers.delete(symbol);
    });
    ws.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text === '?') return void (state.answersPings && ws.send('!'));
      const {
        sub = [],
        unsub = [],
        id,
      } = JSON.parse(text) as { sub?: string[]; unsub?: string[]; id: number };
      state.givenUp.push(...unsub);
      for (const symbol of unsub) subscribers.delete(symbol);
      for (const symbol of unsub) symbols.delete(symbol);
      state.asked.push(...sub);
      asked.push(...sub);
      for (const symbol of sub) subscribers.set(symbol, ws);
      const culprit = sub.find((symbol) => state.bad.has(symbol) || state.refuses(at, symbol));
      if (culprit === undefined) {
        ws.send(JSON.stringify({ ok: id }));
        for (const symbol of sub) symbols.add(symbol);
        for (const symbol of sub)
          if (state.tellsFirst.has(symbol)) ws.send(`${symbol},${state.tellsFirst.get(symbol)}`);
      } else ws.send(JSON.stringify({ no: id, ...(state.names ? { symbol: culprit } : {}) }));
    });
  };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const state: AlphaServer = {
    restUrl: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    sockets,
    streams,
    refuses: () => false,
    tellsFirst: new Map(),
    asked: [],
    connects: 0,
    bad: new Set(),
    names: true,
    answersPings: true,
    refuse: undefined,
    symbols,
    tops: {},
    givenUp: [],
    dialled: [],
    tokens: 0,
    tokenFault: undefined,
    pingMs: undefined,
    keepsToken: false,
    greets: false,
    subscribed: () => subscribers.size,
    send: (text) => {
      const only = subscribers.get(text.split(',')[0] as string);
      for (const socket of only === undefined ? sockets : [only]) socket.send(text);
    },
    close: async () => {
      for (const socket of sockets) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return state;
}

function retryHeader(refuse: { retryAfterSeconds?: number }): Record<string, string> {
  return refuse.retryAfterSeconds === undefined ? {} : { 'retry-after': String(refuse.retryAfterSeconds) };
}
