// The trading client of the earlier system, as section 8 of its description tells: it connects once, receives
// into a buffer of 4,096 bytes, takes every receive for a whole message whatever the frame says of its end,
// reads names in any case, and keeps one last bid per exchange. Nothing here knows our code.

import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const BUFFER_BYTES = 4_096;
const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export interface LegacyQuote {
  readonly exchange: string;
  readonly symbol: string;
  readonly bid: number;
  readonly ask: number;
  readonly timestampMs: number;
}

export interface LegacyClient {
  /** Spread messages that were read. */
  readonly quotes: number;
  /** Of other types, ignored. */
  readonly others: number;
  /** Receives that did not parse, or lacked what the client uses: the first few, as received. */
  readonly failures: readonly string[];
  readonly lastBid: ReadonlyMap<string, number>;
  readonly last: LegacyQuote | null;
  readonly closed: boolean;
  close(): void;
}

/** Resolves after the handshake. */
export function connectLegacyClient(
  port: number,
  onQuote: (quote: LegacyQuote) => void = () => {},
): Promise<LegacyClient> {
  const key = randomBytes(16).toString('base64');
  const accept = createHash('sha1').update(`${key}${ACCEPT_SUFFIX}`).digest('base64');
  const socket = connect(port, '127.0.0.1');
  const state = { quotes: 0, others: 0, failures: [] as string[], lastBid: new Map<string, number>() };
  const client = { ...state, last: null as LegacyQuote | null, closed: false, close: () => socket.destroy() };
  const receive = (buffer: Buffer): void => {
    try {
      const quote = readQuote(buffer.toString());
      if (quote === null) {
        client.others += 1;
        return;
      }
      client.quotes += 1;
      client.last = quote;
      client.lastBid.set(quote.exchange, quote.bid);
      onQuote(quote);
    } catch {
      if (client.failures.length < 5) client.failures.push(buffer.toString());
    }
  };
  socket.on('error', () => {});
  socket.once('close', () => {
    client.closed = true;
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () =>
      socket.write(
        `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
      ),
    );
    let waiting: Buffer = Buffer.alloc(0);
    let open = false;
    socket.on('data', (chunk: Buffer) => {
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      if (!open) {
        const end = waiting.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = waiting.subarray(0, end).toString();
        if (!head.startsWith('HTTP/1.1 101 ') || !head.includes(accept)) {
          reject(new Error(head));
          return;
        }
        open = true;
        waiting = waiting.subarray(end + 4);
        resolve(client);
      }
      waiting = readFrames(waiting, socket, receive);
    });
  });
}

/** Hands over what each receive sees; gives back the bytes of a frame that has not wholly come. */
function readFrames(bytes: Buffer, socket: Socket, receive: (buffer: Buffer) => void): Buffer {
  let at = 0;
  for (;;) {
    if (bytes.length - at < 2) break;
    const opcode = (bytes[at] as number) & 0x0f;
    const short = (bytes[at + 1] as number) & 0x7f;
    const headBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length - at < headBytes) break;
    const length =
      short === 127
        ? Number(bytes.readBigUInt64BE(at + 2))
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : short;
    if (bytes.length - at < headBytes + length) break;
    const payload = bytes.subarray(at + headBytes, at + headBytes + length);
    at += headBytes + length;
    if (opcode === 8) socket.end(masked(8, payload));
    else if (opcode === 9) socket.write(masked(10, payload));
    else if (opcode <= 2)
      for (let from = 0; from < payload.length; from += BUFFER_BYTES)
        receive(payload.subarray(from, from + BUFFER_BYTES));
  }
  return bytes.subarray(at);
}

/** A short frame as clients must send it. */
function masked(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const body = payload.map((byte, i) => byte ^ (mask[i % 4] as number));
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, body]);
}

/** Null for another type of message; throws where a field that the client uses is not what it must be. */
function readQuote(text: string): LegacyQuote | null {
  const message = lowerNames(JSON.parse(text));
  if (message['messagetype'] !== 'Spread') return null;
  const payload = lowerNames(message['payload']);
  const exchange = stringOf(payload['exchange']);
  const symbol = stringOf(payload['symbol']);
  const timestamp = stringOf(payload['timestamp']);
  const [base, quote] = symbol.split('_');
  const timestampMs = Date.parse(timestamp);
  if (!base || !quote || Number.isNaN(timestampMs) || !timestamp.endsWith('Z')) throw new Error(text);
  for (const name of ['spreadpercentage', 'minvolume', 'maxvolume']) numberOf(payload[name]);
  return {
    exchange,
    symbol,
    bid: numberOf(payload['bestbid']),
    ask: numberOf(payload['bestask']),
    timestampMs,
  };
}

function lowerNames(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('not an object');
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name.toLowerCase(), field as unknown]),
  );
}

function stringOf(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`not a string: ${String(value)}`);
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new Error(`not a number: ${String(value)}`);
  return value;
}
