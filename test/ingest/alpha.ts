// An exchange that exists nowhere: the smallest adapter that keeps the contract, and a server that speaks its
// protocol, so that ingest is tested without any real exchange's habits.
//   subscribe {"sub":[…],"id":n} · ack {"ok":n} · refusal {"no":n,"symbol":…} · quote SYMBOL,bid,ask · ping "?" pong "!"

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DecoderSink, ExchangeAdapter } from '../../src/exchanges/exchange.js';

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
  createDecoder: (listing) => ({
    reset() {},
    decode(frame, _receivedUs, sink) {
      decodeAlpha(Buffer.from(frame).toString(), listing.idOf, sink);
    },
  }),
};

function decodeAlpha(text: string, idOf: (symbol: string) => number, sink: DecoderSink): void {
  if (text === '!') sink.control('pong');
  else if (text === 'bye') sink.control('closing', { message: 'maintenance' });
  else if (text.startsWith('{')) decodeAnswer(text, sink);
  else {
    const [symbol = '', bid, ask] = text.split(',');
    const id = idOf(symbol);
    if (id < 0) sink.reject('unknown-symbol', symbol);
    else sink.quote(id, Number(bid), 1, Number(ask), 1, Number.NaN);
  }
}

function decodeAnswer(text: string, sink: DecoderSink): void {
  const { ok, no, symbol } = JSON.parse(text) as { ok?: number; no?: number; symbol?: string };
  const named = symbol === undefined ? {} : { exchangeSymbol: symbol };
  if (ok !== undefined) sink.control('subscribed', { requestId: String(ok) });
  else sink.control('subscribe-error', { requestId: String(no), ...named, message: 'unknown symbol' });
}

export interface AlphaServer {
  readonly restUrl: string;
  readonly wsUrl: string;
  readonly sockets: ReadonlySet<WebSocket>;
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
  /** How many symbols are asked for on sockets that live. */
  subscribed(): number;
  /** To the socket that asked for the symbol the text begins with; else to all. */
  send(text: string): void;
  close(): Promise<void>;
}

export async function startAlpha(symbols: readonly string[]): Promise<AlphaServer> {
  const sockets = new Set<WebSocket>();
  const subscribers = new Map<string, WebSocket>();
  const http: Server = createServer((_request, response) => {
    if (state.refuse === undefined)
      response.end(typeof state.symbols === 'string' ? state.symbols : JSON.stringify(state.symbols));
    else response.writeHead(state.refuse.status, retryHeader(state.refuse)).end('slow down');
  });
  const server = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    state.connects += 1;
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
    ws.on('close', () => {
      sockets.delete(ws);
      for (const [symbol, owner] of subscribers) if (owner === ws) subscribers.delete(symbol);
    });
    ws.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text === '?') return void (state.answersPings && ws.send('!'));
      const { sub, id } = JSON.parse(text) as { sub: string[]; id: number };
      state.asked.push(...sub);
      for (const symbol of sub) subscribers.set(symbol, ws);
      const culprit = sub.find((symbol) => state.bad.has(symbol));
      if (culprit === undefined) ws.send(JSON.stringify({ ok: id }));
      else ws.send(JSON.stringify({ no: id, ...(state.names ? { symbol: culprit } : {}) }));
    });
  };
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const state: AlphaServer = {
    restUrl: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    sockets,
    asked: [],
    connects: 0,
    bad: new Set(),
    names: true,
    answersPings: true,
    refuse: undefined,
    symbols,
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
