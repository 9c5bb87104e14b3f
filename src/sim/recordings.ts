// Reads a folder of recorded frames (NDJSON, `<exchange>.<channel>.ndjson`): which frames an exchange sent,
// in which order, and which symbols they speak of. Changes no byte of a frame; a line it cannot read is
// counted, not guessed.

import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { exchangeKey } from '../core/exchange.js';
import { createBook, type SimBook, type SimExchange, type SimFrame, type SimListed } from './exchange.js';
import { parseObject } from './wire.js';

/** What a recorded symbol is said to trade: more than any filter asks for. */
const QUOTE_VOLUME_24H = 500_000_000;
const DECIMALS = 8;
/** Acknowledgements and pings: nothing is listed because of them. */
const CONTROL_CHANNEL = 'control';

export interface RecordingSelection {
  readonly folder: string;
  /** `market` of the lines to take; others are left out. Default: the exchange's own. */
  readonly market?: string;
  /** Default: all channels. */
  readonly channels?: readonly string[];
}

export interface RecordedFile {
  readonly path: string;
  readonly channel: string;
}

export interface RecordedFrame {
  /** What goes over the wire: text, or the bytes of a binary frame. */
  readonly wire: SimFrame;
  readonly channel: string;
  /** The exchange's spelling; null where the frame names none. */
  readonly exchangeSymbol: string | null;
  /** Epoch milliseconds with fraction; null where the recorder kept none. */
  readonly receivedAtMs: number | null;
  /** The recording starts on a new connection here. */
  readonly resetBefore: boolean;
}

/** The exchange's files, by name. Rejects when there is no such folder. */
export async function recordedFiles(
  selection: RecordingSelection,
  exchange: SimExchange,
): Promise<readonly RecordedFile[]> {
  const suffix = '.ndjson';
  // Public recordings use a short key; captures of our own carry the exchange's name.
  const keys = [exchange.recordingKey, exchangeKey(exchange.name)];
  return (await readdir(selection.folder))
    .filter((name) => name.endsWith(suffix) && keys.includes(exchangeKey(name.split('.')[0] ?? '')))
    .sort()
    .map((name) => ({
      path: join(selection.folder, name),
      channel: name.slice(name.indexOf('.') + 1, -suffix.length),
    }))
    .filter((file) => selection.channels?.includes(file.channel) ?? true);
}

/** The frames of one file that the exchange sent, in order. A line that is no frame goes to `unreadable`. */
export async function* readFrames(
  selection: RecordingSelection,
  exchange: SimExchange,
  file: RecordedFile,
  unreadable: () => void,
): AsyncGenerator<RecordedFrame> {
  const input = await open(file.path);
  const wanted = selection.market ?? exchange.market;
  try {
    for await (const line of input.readLines()) {
      if (line.trim() === '') continue;
      const row = parseObject(line);
      if (row === null || typeof row['raw'] !== 'string') {
        unreadable();
        continue;
      }
      if (row['direction'] === 'sent' || marketOf(row['market']) !== marketOf(wanted)) continue;
      yield frameOf(row, row['raw'], exchange, file.channel);
    }
  } finally {
    await input.close();
  }
}

/** What the exchange lists while its recording plays: every symbol that a data frame names. */
export async function recordedBook(selection: RecordingSelection, exchange: SimExchange): Promise<SimBook> {
  const listing = new Map<string, SimListed>();
  for (const file of await recordedFiles(selection, exchange)) {
    if (file.channel === CONTROL_CHANNEL) continue;
    for await (const { exchangeSymbol } of readFrames(selection, exchange, file, () => undefined)) {
      if (exchangeSymbol === null || listing.has(exchangeSymbol)) continue;
      const cut = exchange.splitSymbol(exchangeSymbol);
      if (cut !== null) listing.set(exchangeSymbol, listed(exchangeSymbol, cut));
    }
  }
  return createBook([...listing.values()], () => undefined);
}

/** Some recordings call perpetuals on USDT `swap`. */
function marketOf(market: unknown): unknown {
  return market === 'swap' ? 'linear' : (market ?? 'spot');
}

function frameOf(
  row: Readonly<Record<string, unknown>>,
  raw: string,
  exchange: SimExchange,
  channel: string,
): RecordedFrame {
  const encoding = row['encoding'] ?? 'text';
  const receivedAt = row['receivedAt'];
  const wire = encoding === 'text' ? raw : Buffer.from(raw, 'base64');
  return {
    wire,
    channel,
    exchangeSymbol: symbolOf(wire, exchange),
    receivedAtMs: typeof receivedAt === 'number' ? receivedAt : null,
    resetBefore: row['resetBefore'] === true,
  };
}

function symbolOf(wire: SimFrame, exchange: SimExchange): string | null {
  if (typeof wire !== 'string' && exchange.symbolOfBytes !== undefined) return exchange.symbolOfBytes(wire);
  const parsed = typeof wire === 'string' ? parseObject(wire) : null;
  return parsed === null ? null : exchange.symbolOfFrame(parsed);
}

function listed(exchangeSymbol: string, [base, quote]: readonly [string, string]): SimListed {
  return {
    exchangeSymbol,
    base,
    quote,
    tickSize: 10 ** -DECIMALS,
    priceDecimals: DECIMALS,
    sizeDecimals: DECIMALS,
    contractSize: 1,
    quoteVolume24h: QUOTE_VOLUME_24H,
    trading: true,
  };
}
